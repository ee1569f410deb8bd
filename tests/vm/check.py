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
steps = ["scan", "pair_open", "pair_wit", "pair_movesense", "pair_treadmill", "live_open", "live_movesense", "doctor"]
for step in steps:
    need(text(f"{step}.rc").strip() == "0", f"{step} ended with 0 (it was {text(f'{step}.rc').strip() or 'not there'})")

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
need(abs((paired("pair_treadmill").get("belt_mps") or 0) - 0.9) < 1e-6, "the belt runs at 0.9 m/s")

for name, sensor, least in [("live_open", "open", 1200), ("live_movesense", "movesense", 800)]:
    said = text(f"{name}.err")
    found = re.search(rf"^{sensor}: (\d+) samples at [\d.]+ a second, (\d+) lost.*?(\d+) reconnections", said, re.M)
    need(found is not None, f"{name}: a drop was survived and counted")
    if found:
        got, lost, again = map(int, found.groups())
        need(got > least and again >= 1 and lost > 0, f"{name}: {got} samples, {lost} lost, {again} reconnections")
        rows = [r for r in text(f"{sensor}.csv").splitlines() if r[:1].isdigit()]
        need(len(rows) == got, f"{name}: {len(rows)} rows recorded")
        times = [float(r.split(",")[0]) for r in rows]
        rate = {"open": 100, "movesense": 104}[sensor]
        expected = (times[-1] - times[0]) * rate + 1
        need(abs(got + lost - expected) < 3, f"{name}: received and lost fill the time ({got} + {lost} in {expected:.0f})")
    need("not understood" not in said, f"{name}: every value was understood")
thighs = [r for r in text("open.csv").splitlines() if r[:1].isdigit() and r.split(",")[7]]
belts = [r for r in text("open.csv").splitlines() if r[:1].isdigit() and r.split(",")[13] == "0.9"]
need(len(thighs) > 500, f"the thigh sensor is in {len(thighs)} rows")
need(len(belts) > 500, f"the belt's speed is in {len(belts)} rows")
said = text("peripherals.log")
need("Movesense 223344 stopped" in said and "GaitIMU stopped" in said, "the sensors were told to stop")
need("control" not in said, "the treadmill was left alone")
if failures:
    print(f"{len(failures)} of the checks failed")
    sys.exit(1)
print("BLUETOOTH-VM-PASSED")
