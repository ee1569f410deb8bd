//! Draws a picture of the session. Pure: the same picture on the same area gives the same cells.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::canvas::{Canvas, Line as Stroke};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::big;
use super::keys::Local;
use crate::live::board::{Board, Figures, PlanView, TRACE_S, Tone};
use crate::plan::{Support, Way, clock, mph};

/// Least columns and rows.
pub const LEAST: (u16, u16) = (72, 22);

/// Draws.
pub fn draw(frame: &mut Frame<'_>, board: &Board, local: &Local, colour: bool) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return too_small(frame, board, colour);
    }
    let paint = Paint { colour };
    if board.stop.is_some() {
        return stop(frame, area, board, paint);
    }
    let inner = border(frame, area, board, local, paint);
    if local.help {
        help(frame, inner);
    } else if board.checklist.is_some() {
        checklist(frame, inner, board, local, paint);
    } else if board.end.is_some() {
        end(frame, inner, board, paint);
    } else {
        live(frame, inner, board, local, paint);
    }
}

/// Whether colours may be used. What they say is always said by words and shapes as well.
#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn tone(self, tone: Tone) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        if !self.colour {
            return bold;
        }
        match tone {
            Tone::Quiet => Style::new(),
            Tone::Good => bold.fg(Color::Green),
            Tone::Mind => bold.fg(Color::Yellow),
            Tone::Caution => bold.fg(Color::LightRed),
            Tone::Stop => bold.fg(Color::White).bg(Color::Red),
        }
    }

    fn dim(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new() }
    }
}

/// The shape beside a word.
const fn shape(tone: Tone) -> &'static str {
    match tone {
        Tone::Quiet => "",
        Tone::Good => "● ",
        Tone::Mind => "▶ ",
        Tone::Caution => "◆ ",
        Tone::Stop => "■ ",
    }
}

fn too_small(frame: &mut Frame<'_>, board: &Board, colour: bool) {
    let word = if board.stop.is_some() { "STOP. " } else { "" };
    let (w, h) = LEAST;
    let text = format!("{word}Too small: make the window {w} × {h} or larger.");
    let style = if board.stop.is_some() { Paint { colour }.tone(Tone::Stop) } else { Style::new() };
    frame.render_widget(Paragraph::new(text).style(style).wrap(Wrap { trim: true }), frame.area());
}

fn title(board: &Board) -> String {
    let level = board.plan.as_ref().map(|p| match p.level {
        Some(level) => format!("level {level}"),
        None => p.name.clone(),
    });
    let simulated = board.simulated.then(|| "simulated".to_owned());
    let parts = [Some(board.person.clone()), Some(board.placed.clone()), level, simulated];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|p| !p.is_empty()).collect();
    format!(" {} ", parts.join(" · "))
}

fn link(board: &Board) -> String {
    let l = &board.link;
    let mut out = String::from(if l.up { " ● " } else { " ○ " });
    if !l.up {
        out += &l.words;
        out.push(' ');
    } else if let Some(hz) = l.rate_hz {
        let _ = write!(out, "{hz:.0} Hz ");
    }
    let _ = write!(out, "  {:.1} % lost ", l.lost_percent);
    if let Some(battery) = l.battery_percent {
        let low = if battery <= 15 { "LOW " } else { "" };
        let _ = write!(out, "  battery {low}{battery} % ");
    }
    if let Some(heart) = l.heart {
        let _ = write!(out, "  ♥ {heart} ");
    }
    out
}

fn border(frame: &mut Frame<'_>, area: Rect, board: &Board, local: &Local, paint: Paint) -> Rect {
    let keys = if board.checklist.is_some() {
        " 1-5 confirm   p pain   enter begin   ? help   ctrl-c leave "
    } else if board.end.is_some() {
        " q close "
    } else {
        " p pain   space seen   m mark   t trace   ? help   q end "
    };
    let bottom = match &local.pain {
        Some(digits) => format!(" pain now, 0 to 10: {digits}_   esc back "),
        None => keys.to_owned(),
    };
    let link_style = if board.link.up { paint.dim() } else { paint.tone(Tone::Caution) };
    let block = Block::bordered()
        .border_style(paint.dim())
        .title_top(Line::from(title(board)))
        .title_top(Line::from(Span::styled(link(board), link_style)).right_aligned())
        .title_bottom(Line::from(bottom));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

/// The word, as large as the place allows; returns the rows that it took.
fn word(frame: &mut Frame<'_>, area: Rect, text: &str, style: Style, most: u16) -> u16 {
    let fits = |scale: usize| {
        big::width(text, scale) <= usize::from(area.width).saturating_sub(2)
            && big::ROWS * scale <= usize::from(most)
    };
    let Some(scale) = [4, 3, 2, 1].into_iter().find(|s| fits(*s)) else {
        let spaced: String = text.chars().flat_map(|c| [c, ' ']).collect();
        put(frame, area, 0, Paragraph::new(spaced).style(style).alignment(Alignment::Center), 1);
        return 1;
    };
    let lines = big::lines(text, scale);
    #[expect(clippy::cast_possible_truncation, reason = "few rows")]
    let rows = lines.len() as u16;
    // Cell by cell: where letters have no block, the ground shows.
    let text: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
    put(frame, area, 0, Paragraph::new(text).style(style).alignment(Alignment::Center), rows);
    rows
}

fn put(frame: &mut Frame<'_>, area: Rect, row: u16, what: Paragraph<'_>, rows: u16) {
    if row < area.height {
        let rows = rows.min(area.height - row);
        frame.render_widget(what, Rect { x: area.x, y: area.y + row, width: area.width, height: rows });
    }
}

fn stop(frame: &mut Frame<'_>, area: Rect, board: &Board, paint: Paint) {
    let style =
        if paint.colour { paint.tone(Tone::Stop) } else { Style::new().add_modifier(Modifier::REVERSED) };
    frame.render_widget(Clear, area);
    frame.render_widget(Block::new().style(style), area);
    let Some(stop) = &board.stop else { return };
    let top = Rect { y: area.y + area.height / 6, height: area.height - area.height / 6, ..area };
    let rows = word(frame, top, "STOP", style, area.height / 2);
    let centre = |text: String| {
        Paragraph::new(text).style(style).alignment(Alignment::Center).wrap(Wrap { trim: true })
    };
    put(frame, top, rows + 2, centre(format!("■ {}", stop.message)), 2);
    put(frame, top, rows + 5, centre("Space when you have seen this.".into()), 1);
    let last = top.height.saturating_sub(1);
    if let Some(hook) = &stop.hook {
        put(frame, top, rows + 7, centre(hook.clone()), last.saturating_sub(rows + 7));
    }
    let note = "This does not replace the safety clip and the rails.";
    put(frame, top, last, centre(note.into()), 1);
}

fn checklist(frame: &mut Frame<'_>, area: Rect, board: &Board, local: &Local, paint: Paint) {
    let Some(list) = &board.checklist else { return };
    let mut lines = vec![
        Line::from(""),
        Line::from(Span::styled("  Before the first step", Style::new().add_modifier(Modifier::BOLD))),
        Line::from(""),
    ];
    for (i, (words, yes)) in list.items.iter().enumerate() {
        let mark = if *yes { "x" } else { " " };
        let style = if *yes { paint.tone(Tone::Good) } else { Style::new() };
        lines.push(Line::from(Span::styled(format!("  {} [{mark}] {words}", i + 1), style)));
    }
    let pain = match (&local.pain, list.pain) {
        (Some(digits), _) => format!("{digits}_"),
        (None, Some(pain)) => format!("{pain} of 10"),
        (None, None) => "not yet said".into(),
    };
    lines.push(Line::from(format!("  p     Pain today, 0 to 10: {pain}")));
    lines.push(Line::from(""));
    if let Some(plan) = &board.plan {
        let parts: Vec<_> = plan.parts.iter().map(|(w, _)| w.word()).collect();
        lines.push(Line::from(format!("  The plan: {}", plan.title)));
        let shown = parts.len().min(6);
        let more =
            if parts.len() > shown { format!(" … {} parts in all", parts.len()) } else { String::new() };
        lines.push(Line::from(Span::styled(format!("  {}{more}", parts[..shown].join(", ")), paint.dim())));
    }
    lines.push(Line::from(""));
    let ready = if !board.link.up {
        format!("  The sensor: {}.", board.link.words)
    } else if list.complete {
        "  ▶ Ready. Press enter, and walk when you like.".into()
    } else {
        "  The sensor is streaming. Answer every line, then press enter.".into()
    };
    lines.push(Line::from(Span::styled(
        ready,
        paint.tone(if list.complete { Tone::Good } else { Tone::Quiet }),
    )));
    frame.render_widget(Paragraph::new(lines), area);
    let note = "Support for training, not a medical device. It does not replace the clip and the rails.";
    put(
        frame,
        area,
        area.height.saturating_sub(1),
        Paragraph::new(format!("  {note}")).style(paint.dim()),
        1,
    );
}

fn live(frame: &mut Frame<'_>, area: Rect, board: &Board, local: &Local, paint: Paint) {
    let tall = area.height >= 34;
    let style = paint.tone(board.tone);
    let top = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let most = if tall { area.height / 4 } else { 5 };
    let rows = word(frame, top, &board.word, style, most);
    let sentence = format!("{}{}", shape(board.tone), board.sentence);
    put(frame, top, rows + 1, Paragraph::new(sentence).alignment(Alignment::Center), 1);
    let mut row = rows + 3 + if tall { 2 } else { 0 };
    let steps = steps(board, paint, area.width);
    let figures = figures(&board.figures);
    let left = Rect { width: area.width * 9 / 16, ..top };
    let right = Rect { x: area.x + left.width, width: area.width - left.width, ..top };
    put(frame, left, row, Paragraph::new(steps), 3);
    put(frame, right, row, Paragraph::new(figures), 4);
    row += 5;
    if let Some(plan) = &board.plan {
        put(frame, top, row, Paragraph::new(plan_line(plan)), 1);
        put(frame, top, row + 1, Paragraph::new(bar(plan, area.width)).style(paint.dim()), 1);
        row += 3;
    }
    let said_rows = if tall { 6 } else { 1 };
    let left_rows = top.height.saturating_sub(row + said_rows + 1);
    if !local.folded && left_rows >= 3 {
        let place = Rect { x: area.x + 1, y: top.y + row, width: area.width - 2, height: left_rows };
        trace(frame, place, board, paint);
    }
    let from = board.said.len().saturating_sub(usize::from(said_rows));
    let said: Vec<Line<'_>> = board.said[from..]
        .iter()
        .map(|l| Line::from(format!("  {}  {}", clock(l.time_s), l.words)))
        .collect();
    put(frame, top, top.height.saturating_sub(said_rows), Paragraph::new(said).style(paint.dim()), said_rows);
}

/// The last steps: landing above, knee below.
fn steps(board: &Board, paint: Paint, width: u16) -> Vec<Line<'static>> {
    let gap = if width >= 120 { 7 } else { 3 };
    let row = |mark: &dyn Fn(usize) -> (char, bool)| {
        let mut spans = vec![Span::raw("     ")];
        for i in 0..board.steps.len() {
            let (c, good) = mark(i);
            let newest = i + 1 == board.steps.len();
            let mut style = paint.tone(if good { Tone::Good } else { Tone::Quiet });
            if newest {
                style = style.add_modifier(Modifier::BOLD);
            }
            spans.push(Span::styled(format!("{c}{}", " ".repeat(gap)), style));
        }
        Line::from(spans)
    };
    let landing = row(&|i| {
        let m = board.steps[i];
        (m.landing.mark(), m.landing == crate::plan::cue::Landing::ToesFirst)
    });
    let knee = row(&|i| {
        let m = board.steps[i];
        (m.knee.mark(), m.knee == crate::plan::cue::Knee::Met)
    });
    let count = if board.step_count == 0 {
        Line::from("     no step yet")
    } else {
        Line::from(Span::styled(format!("     {} steps of this leg", board.step_count), paint.dim()))
    };
    vec![landing, knee, count]
}

fn figures(f: &Figures) -> Vec<Line<'static>> {
    let value = |v: Option<f64>, unit: &str, places: usize| match v {
        Some(v) => format!("{v:.places$}{unit}"),
        None => "–".into(),
    };
    let aim = |v: Option<f64>, sign: &str| v.map_or_else(String::new, |v| format!("  ▸ {sign}{v:.0}"));
    let row = |name: &str, value: String, aim: String| Line::from(format!("{name:<12}{value:>7}{aim}"));
    let speed = f.speed_mps.map_or_else(String::new, |v| {
        format!("  {}{}", mph(v), if f.speed_estimated { " est." } else { "" })
    });
    vec![
        row("toes first", value(f.toe_first_percent, " %", 0), aim(f.toe_first_target, "")),
        row("knee", value(f.knee_deg, "°", 0), aim(f.knee_target, "≤ ")),
        row("cadence", value(f.cadence, "", 0), format!("{}{speed}", aim(f.cadence_target, ""))),
        row("steadiness", value(f.steadiness_percent, " %", 1), "  ▸ ≤ 5".into()),
    ]
}

fn plan_line(plan: &PlanView) -> Line<'static> {
    let mut text = format!("  {}   {} left", plan.way.word(), clock(plan.left_s));
    if let Some(v) = plan.speed_mps {
        let _ = write!(text, "   {}", mph(v));
    }
    match plan.support {
        Some(Support::Rails) => text += "   hold the rails",
        Some(Support::OneHand) => text += "   one hand on the rail",
        Some(Support::None) | None => {}
    }
    if !plan.runs {
        text += "   (waiting)";
    }
    if let Some(next) = plan.next {
        let _ = write!(text, "   then {}", next.word());
    }
    Line::from(text)
}

/// The whole plan as a bar: parts told apart by letters, what is done filled.
fn bar(plan: &PlanView, width: u16) -> String {
    let width = usize::from(width).saturating_sub(4).max(10);
    let mut out = String::from("  ");
    let mut sum = 0.0;
    let mut next = 0;
    for k in 0..width {
        let share = (k as f64 + 0.5) / width as f64;
        let starts = loop {
            match plan.parts.get(next) {
                Some((way, length)) if sum <= share => {
                    next += 1;
                    sum += length;
                    if sum > share {
                        break Some(*way);
                    }
                }
                _ => break None,
            }
        };
        out.push(match starts {
            Some(Way::Backward) => 'B',
            Some(Way::Forward) => 'F',
            Some(Way::Rest) => 'R',
            None if share <= plan.share => '▓',
            None => '░',
        });
    }
    out
}

fn trace(frame: &mut Frame<'_>, area: Rect, board: &Board, paint: Paint) {
    let t = &board.trace;
    let end = t.time_s.last().copied().unwrap_or(0.0);
    let begin = end - TRACE_S;
    let rows = area.height - 1;
    let place = Rect { height: rows, ..area };
    let most = t.rate_dps.iter().flatten().fold(100.0_f32, |m, v| m.max(v.abs()));
    let most = f64::from(most) * 1.05;
    let rate_style = if paint.colour { Color::Cyan } else { Color::Reset };
    let canvas =
        Canvas::default().marker(Marker::Braille).x_bounds([begin, end]).y_bounds([-most, most]).paint(
            move |ctx| {
                for (pair, times) in t.rate_dps.windows(2).zip(t.time_s.windows(2)) {
                    if let ([Some(a), Some(b)], [x1, x2]) = (pair, times) {
                        let (y1, y2) = (f64::from(*a), f64::from(*b));
                        ctx.draw(&Stroke { x1: *x1, y1, x2: *x2, y2, color: rate_style });
                    }
                }
            },
        );
    frame.render_widget(canvas, place);
    let label = format!("shank rate, ±{most:.0} °/s, {TRACE_S:.0} s");
    frame.render_widget(Paragraph::new(label).style(paint.dim()), Rect { height: 1, ..area });
    // Ticks below, by name.
    let width = usize::from(area.width);
    let mut ticks = vec![' '; width];
    for (at, name) in t.events.iter().filter(|(at, _)| *at >= begin && *at <= end) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the width")]
        let x = ((at - begin) / TRACE_S * (width as f64 - 1.0)) as usize;
        if x + name.len() <= width
            && ticks[x.saturating_sub(1)..(x + name.len()).min(width)].iter().all(|c| *c == ' ')
        {
            for (k, c) in name.chars().enumerate() {
                ticks[x + k] = c;
            }
        }
    }
    let ticks: String = ticks.into_iter().collect();
    let row = Rect { y: area.y + rows, height: 1, ..area };
    frame.render_widget(Paragraph::new(ticks), row);
}

fn end(frame: &mut Frame<'_>, area: Rect, board: &Board, paint: Paint) {
    let top = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let rows = word(frame, top, "DONE", paint.tone(Tone::Good), (area.height / 4).max(5));
    let Some(end) = &board.end else { return };
    let mut lines: Vec<Line<'_>> = Vec::new();
    if let Some(last) = board.said.last() {
        lines.extend([Line::from(last.words.clone()), Line::from("")]);
    }
    lines.extend(end.sentences.iter().map(|s| Line::from(s.clone())));
    lines.push(Line::from(""));
    lines.push(Line::from(match &end.report {
        Some(place) => format!("The report: {place}"),
        None => "The report is being written …".into(),
    }));
    let text = Paragraph::new(lines).alignment(Alignment::Center).wrap(Wrap { trim: true });
    put(frame, top, rows + 2, text, area.height);
}

fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines = [
        "",
        "  The large word is what matters now. Below it are the last ten steps, newest right:",
        "",
        "    ▲ toes first    ▬ flat or heel first    ? cannot be told",
        "    │ straight      ╱ a little bent           ╲ bent              · not judged",
        "",
        "  p      enter pain, 0 to 10; it ends the session where the plan says so",
        "  space  a stop has been seen",
        "  m      mark this moment in the record",
        "  t      fold the moving trace away",
        "  q      belt off, walk until it stops; again: the session is over",
        "  ?      back",
    ];
    let lines: Vec<Line<'_>> = lines.into_iter().map(Line::from).collect();
    frame.render_widget(Paragraph::new(lines), area);
}
