'use strict';
// Draws what the program sends. Texts enter as text, never as markup.
const $ = (id) => document.getElementById(id);
const LANDING = { toes_first: ['▲', 'toes first'], flat: ['▬', 'flat'], heel_first: ['▼', 'heel first'], heel_up: ['△', 'heel stayed up'], uncertain: ['?', 'not told'] };
const KNEE = { met: ['│', 'knee straight'], short: ['╱', 'knee a little bent'], missed: ['╲', 'knee bent'], not_judged: ['·', 'knee not judged'] };
const SHAPE = { good: '● ', mind: '▶ ', caution: '◆ ', stop: '■ ', quiet: '' };
const MPH = 0.44704;
let board = null, source = null, last = 0, down = false;
let sound = false, voice = false, audio = null, heard = null, beat = null, stopTone = 0;

const set = (el, text) => { if (el.textContent !== text) el.textContent = text; };
const clock = (s) => { const w = Math.ceil(Math.max(0, s) - 1e-6); return Math.floor(w / 60) + ':' + String(w % 60).padStart(2, '0'); };
const el = (tag, text, attrs) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; for (const k in attrs || {}) e.setAttribute(k, attrs[k]); return e; };

function send(what) {
  fetch('/input', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(what) }).catch(() => lost());
}

function lost() {
  down = true;
  set($('link'), '○ this page has lost the program; trying again');
}

function figure(name, value, aim, unit) {
  const box = el('div');
  box.append(el('dt', name));
  const dd = el('dd', value === null || value === undefined ? '–' : value + (unit || ''));
  if (aim) dd.append(' ', el('small', '▸ ' + aim));
  box.append(dd);
  return box;
}

function figures(f) {
  const n = (v, p) => (v === null || v === undefined ? null : v.toFixed(p));
  const speed = f.speed_mps === null ? null : (f.speed_mps / MPH).toFixed(1) + (f.speed_estimated ? ' est.' : '');
  const list = [
    figure('toes first', n(f.toe_first_percent, 0), f.toe_first_target === null ? '' : f.toe_first_target.toFixed(0) + ' %', ' %'),
    figure('knee', n(f.knee_deg, 0), f.knee_target === null ? '' : '≤ ' + f.knee_target.toFixed(0) + '°', '°'),
    figure('cadence, steps/min', n(f.cadence, 0), f.cadence_target === null ? '' : f.cadence_target.toFixed(0), ''),
    figure('steadiness', n(f.steadiness_percent, 1), '≤ 5 %', ' %'),
    figure('speed, mph', speed, '', ''),
  ];
  $('figures').replaceChildren(...list);
}

function steps(marks, count) {
  const key = count + JSON.stringify(marks);
  if ($('steps').dataset.key === key) return;
  $('steps').dataset.key = key;
  $('steps').replaceChildren(...marks.map((m) => {
    const [a, aw] = LANDING[m.landing], [k, kw] = KNEE[m.knee];
    const li = el('li');
    li.append(el('span', a, { 'aria-hidden': 'true' }), el('span', k, { 'aria-hidden': 'true' }));
    li.setAttribute('aria-label', aw + ', ' + kw);
    li.setAttribute('role', 'listitem');
    return li;
  }));
  $('steps').dataset.count = count;
}

function plan(p) {
  $('plan').hidden = !p;
  if (!p) return;
  let text = p.way + ' · ' + clock(p.left_s) + ' left';
  if (p.speed_mps !== null) text += ' · ' + (p.speed_mps / MPH).toFixed(1) + ' mph';
  if (p.support === 'rails') text += ' · hold the rails';
  if (p.support === 'one_hand') text += ' · one hand on the rail';
  if (!p.runs) text += ' · waiting';
  if (p.next) text += ' · then ' + p.next;
  set($('planline'), text);
  $('planbar').value = p.share;
  metronome(p.metronome);
}

function checklist(c) {
  $('checklist').hidden = !c;
  $('stepbox').hidden = $('tracebox').hidden = !!c;
  if (!c) return;
  if ($('items').childElementCount !== c.items.length) {
    $('items').replaceChildren(...c.items.map(([words], i) => {
      const li = el('li'), label = el('label'), box = el('input', undefined, { type: 'checkbox' });
      box.addEventListener('change', () => send({ input: 'confirm', item: i }));
      label.append(box, el('span', words));
      li.append(label);
      return li;
    }));
  }
  c.items.forEach(([, yes], i) => { $('items').children[i].querySelector('input').checked = yes; });
  if (c.pain !== null) $('pain').value = String(c.pain);
  $('begin').disabled = !c.complete;
}

function stop(s) {
  const box = $('stop');
  if (s) {
    set($('stopmessage'), s.message);
    set($('stophook'), s.hook || '');
    if (!box.open) { box.showModal(); $('seen').focus(); }
  } else if (box.open) box.close();
}

function draw(b) {
  const first = board === null;
  board = b;
  document.body.dataset.tone = b.tone;
  set($('word'), b.word);
  set($('sentence'), SHAPE[b.tone] + b.sentence);
  const level = b.plan ? (b.plan.level ? 'level ' + b.plan.level : b.plan.title) : '';
  set($('who'), [b.person, b.placed, level, b.simulated ? 'simulated' : ''].filter(Boolean).join(' · '));
  const l = b.link;
  set($('link'), (l.up ? '● ' : '○ ' + l.words + ' ') + (l.rate_hz ? l.rate_hz.toFixed(0) + ' Hz · ' : '') + l.lost_percent.toFixed(1) + ' % lost' + (l.battery_percent === null ? '' : ' · battery ' + l.battery_percent + ' %') + (l.heart === null ? '' : ' · heart ' + l.heart));
  steps(b.steps, b.step_count);
  figures(b.figures);
  plan(b.plan);
  checklist(b.checklist);
  stop(b.stop);
  $('end').hidden = !b.end;
  if (b.end) $('sentences').replaceChildren(...b.end.sentences.map((s) => el('p', s)), el('p', b.end.report ? 'The report: ' + b.end.report : ''));
  $('said').replaceChildren(...b.said.slice().reverse().map((s) => el('li', clock(s.time_s) + '  ' + s.words)));
  listen(b, first);
}

// Sound and speech are made here; a browser allows them only after a press of a button.
function tone(hz, seconds, to) {
  if (!sound || !audio) return;
  const o = audio.createOscillator(), g = audio.createGain(), t = audio.currentTime;
  o.frequency.setValueAtTime(hz, t);
  if (to) o.frequency.linearRampToValueAtTime(to, t + seconds);
  g.gain.setValueAtTime(0.2, t);
  g.gain.exponentialRampToValueAtTime(0.001, t + seconds);
  o.connect(g).connect(audio.destination);
  o.start(t);
  o.stop(t + seconds);
}

function listen(b, first) {
  const now = { good: b.sounds.good, cue: b.sounds.cue, stop: b.sounds.stop, said: b.voice[0] };
  if (!first && heard) {
    if (now.stop > heard.stop) tone(880, 0.9, 440);
    else if (now.cue > heard.cue) tone(520, 0.18);
    else if (now.good > heard.good) tone(660, 0.09, 990);
    if (now.said > heard.said && voice && window.speechSynthesis) {
      const words = new SpeechSynthesisUtterance(b.voice[1]);
      words.lang = 'en';
      if (b.stop) speechSynthesis.cancel();
      speechSynthesis.speak(words);
    }
  }
  heard = now;
  if (b.stop && Date.now() - stopTone > 1000) { stopTone = Date.now(); tone(880, 0.6, 440); }
}

function metronome(rate) {
  const ms = rate ? 60000 / rate : 0;
  if (beat && beat.ms === ms) return;
  if (beat) clearInterval(beat.timer);
  beat = ms ? { ms, timer: setInterval(() => tone(1200, 0.03), ms) } : null;
}

let chart = null;
function trace(t) {
  const box = $('trace');
  const end = t.time_s.length ? t.time_s[t.time_s.length - 1] : 0;
  const data = [t.time_s.map((s) => s - end), t.rate_dps];
  const ticks = t.events.map(([s, name]) => [s - end, name]);
  if (!chart) {
    // Asked at each drawing: it may have become dark meanwhile.
    const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 } };
    chart = new uPlot({
      width: box.clientWidth, height: 200, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: () => [-6, 0] } },
      axes: [{ ...axis, values: (u, v) => v.map((x) => x + ' s') }, { ...axis, size: 50 }],
      series: [{}, { stroke: colour('--good'), width: 2 }],
      hooks: { draw: [(u) => {
        const c = u.ctx;
        c.save();
        c.fillStyle = colour('--dim')();
        const size = Math.round(13 * devicePixelRatio);
        c.font = size + 'px system-ui, sans-serif';
        c.textAlign = 'left';
        // Names that would lie on each other go a row down.
        let row = 0, free = -Infinity;
        for (const [s, name] of u.ticks || []) {
          const x = u.valToPos(s, 'x', true);
          if (x < u.bbox.left) continue;
          row = x < free ? 1 - row : 0;
          free = x + 3 + c.measureText(name).width + 3;
          c.fillRect(x, u.bbox.top, 1, u.bbox.height);
          c.fillText(name, x + 3, u.bbox.top + u.bbox.height - 4 - row * size);
        }
        c.restore();
      }] },
    }, data, box);
  }
  chart.ticks = ticks;
  chart.setData(data);
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { if (chart) chart.redraw(false, true); });
addEventListener('resize', () => { if (chart) chart.setSize({ width: $('trace').clientWidth, height: 200 }); });

function connect() {
  if (source) source.close();
  source = new EventSource('/events');
  const fresh = () => { last = Date.now(); down = false; };
  source.addEventListener('board', (e) => { fresh(); draw(JSON.parse(e.data)); });
  source.addEventListener('trace', (e) => { fresh(); if (!$('tracebox').hidden) trace(JSON.parse(e.data)); });
  source.addEventListener('alive', fresh);
  source.onerror = lost;
}
// A browser gives up after some errors; this does not.
setInterval(() => { if (Date.now() - last > 6000 || (source && source.readyState === 2)) { lost(); last = Date.now() - 4500; connect(); } }, 1000);

for (let i = 0; i <= 10; i++) $('pain').append(el('option', String(i), { value: String(i) }));
$('pain').addEventListener('change', () => { if ($('pain').value !== '') send({ input: 'pain', value: Number($('pain').value) }); });
$('mark').addEventListener('click', () => send({ input: 'mark' }));
$('finish').addEventListener('click', () => send({ input: 'end' }));
$('begin').addEventListener('click', () => send({ input: 'begin' }));
$('seen').addEventListener('click', () => send({ input: 'acknowledge' }));
// Only the answer ends a stop: the escape key does not, and a dialog that was closed by force opens again.
$('stop').addEventListener('keydown', (e) => { if (e.key === 'Escape') e.preventDefault(); });
$('stop').addEventListener('cancel', (e) => e.preventDefault());
$('stop').addEventListener('close', () => { if (board && board.stop) stop(board.stop); });
$('sound').addEventListener('click', () => { sound = !sound; audio = audio || new AudioContext(); $('sound').setAttribute('aria-pressed', sound); tone(660, 0.09, 990); });
$('voice').addEventListener('click', () => { voice = !voice; $('voice').setAttribute('aria-pressed', voice); });
last = Date.now();
connect();
