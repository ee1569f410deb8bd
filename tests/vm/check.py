"""Judges what the virtual machine left behind: check.py JOB."""
import json
import pathlib
import re
import sys

job = pathlib.Path(sys.argv[1])
failures = []


def text(name):
    path = job / name
    return path.read_text(errors="replace") if path.exists() else ""


def need(ok, what):
    print(("ok   " if ok else "FAIL ") + what)
    if not ok:
        failures.append(what)


need((job / "finished").exists(), "the machine came to its end")
well = ["scan", "pair_open", "pair_wit", "pair_movesense", "pair_treadmill", "live_open", "pair_stop",
        "stop_confirm", "live_movesense", "doctor", "replay", "again"]
codes = dict.fromkeys(well, "0") | {"not_allowed": "2", "stop_refuse": "1", "stop_silent": "1"}
for step, code in codes.items():
    ended = text(f"{step}.rc").strip() or "not there"
    need(ended == code, f"{step} ended with {code} (it was {ended})")

kinds = {json.loads(line)["kind"] for line in text("scan.out").splitlines() if line.strip()}
need({"open", "witmotion", "movesense", "treadmill"} <= kinds, f"the scan knew {sorted(kinds)}")


def paired(name):
    try:
        return json.loads(text(f"{name}.out"))
    except ValueError:
        return {}


for name, battery in [("pair_open", 87), ("pair_wit", 90)]:
    need(paired(name).get("battery_percent") == battery, f"{name}: battery {paired(name).get('battery_percent')}")
for name, samples in [("pair_open", 200), ("pair_wit", 150), ("pair_movesense", 200)]:
    seen = paired(name)
    need(seen.get("samples", 0) > samples and seen.get("up") == "+y", f"{name}: {seen.get('samples')} samples, {seen.get('up')} up")
belt = paired("pair_treadmill")
need(abs((belt.get("belt_mps") or 0) - 0.9) < 1e-6, f"the belt runs at 0.9 m/s ({belt.get('belt_mps')})")
need(belt.get("incline_percent") == 1.5, f"at an incline of 1.5 % ({belt.get('incline_percent')})")

said = text("peripherals.log")
if "Traceback" in said:
    need(False, "the peripherals ran without an error")


def sent(name):
    """Streams of a sensor: number of the first sample and of the one after the last, samples sent."""
    streams = []
    for line in said.splitlines():
        if found := re.search(rf" {name} streams from (\d+) sent before (\d+)", line):
            streams.append([*map(int, found.groups())])
        elif found := re.search(rf" {name} stopped at (\d+) sent before (\d+)", line):
            streams[-1] += [*map(int, found.groups())]
    return streams


def rows(name):
    return [r.split(",") for r in text(f"{name}.csv").splitlines() if r[:1].isdigit()]


for name, sensor, label, rate, least in [
    ("live_open", "open", "GaitIMU", 100, 1200),
    ("live_movesense", "movesense", "Movesense 223344", 104, 800),
]:
    told = text(f"{name}.err")
    found = re.search(rf"^{sensor}: (\d+) samples at [\d.]+ a second, (\d+) lost.*?(\d+) reconnections", told, re.M)
    need(found is not None, f"{name}: a drop was survived and counted")
    if not found:
        continue
    got, lost, again = map(int, found.groups())
    need(got > least and again >= 1 and lost > 0, f"{name}: {got} samples, {lost} lost, {again} reconnections")
    times = [float(r[0]) for r in rows(sensor)]
    need(len(times) == got, f"{name}: {len(times)} rows recorded")
    filled = (times[-1] - times[0]) * rate + 1
    need(abs(got + lost - filled) < 3, f"{name}: received and lost fill the time ({got} + {lost} in {filled:.0f})")
    # The sensor's own word: its clock ran on while the link was down. Its first stream was the pairing.
    # What was on its way when it was stopped, at most half a second, nobody asked for any more.
    streams = sent(label)[1:]
    due = streams[-1][2] - streams[0][0]
    gone = streams[-1][3] - streams[0][1]
    need(0 <= due - got - lost <= rate / 2, f"{name}: {due} were due, {got} came and {lost} are told as lost")
    need(got <= gone, f"{name}: of {gone} sent")
    need("not understood" not in told, f"{name}: every value was understood")
thigh = re.search(r"^wit: (\d+) samples.* (\d+) lost.*?(\d+) reconnections", text("live_open.err"), re.M)
need(thigh is not None and int(thigh[1]) > 1000, f"the thigh sensor came back as well ({thigh and thigh[0]})")
thighs = [r for r in rows("open") if r[7]]
need(len(thighs) > 100, f"the thigh sensor is in {len(thighs)} rows")
belts = [r for r in rows("open") if r[13:15] == ["0.9", "1.5"]]
need(len(belts) > 500, f"the belt's speed and incline are in {len(belts)} rows")

records = [line for line in text("live_open.out").splitlines() if "gyr_unit_open" not in line]
need(len(records) > 1 and '"summary"' in records[-1], f"the session gave {len(records)} records, the summary last")
# Nobody moves, so that the reader of a file cannot tell the unit of the angular rate, and says so.
replayed = [line for line in text("replay.out").splitlines() if "gyr_unit_open" not in line]
need(replayed == records, "the recording replays to the very same records")
need(text("again.out").splitlines() == records, "so does what arrived, through the decoders")
need(text("again.csv") == text("open.csv"), "and gives the same capture")

need("Movesense 223344 stopped" in said and "GaitIMU stopped" in said, "the sensors were told to stop")
control = re.findall(r"Horizon control (\w+) (\w+)", said)
need(control and all(mode != "none" for _, mode in control), "the treadmill was left alone until it might be stopped")
need({"confirm", "refuse", "silent"} <= {mode for what, mode in control if what == "0801"}, "and told to stop then")
need("confirms that it stops" in text("stop_confirm.err"), "a stop was confirmed")
for step, why in [("refuse", "does not let itself be controlled"), ("silent", "did not confirm within 500 ms")]:
    need(why in text(f"stop_{step}.err"), f"stop_{step}: {why}")
for path in sorted(job.glob("stop_*_?.err")):
    aloud = "confirms that it stops" in path.read_text() or "MAY STILL BE RUNNING" in path.read_text()
    need(aloud, f"{path.stem}: said aloud")
if failures:
    print(f"{len(failures)} of the checks failed")
    sys.exit(1)
print("BLUETOOTH-VM-PASSED")
