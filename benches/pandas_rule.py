"""The same hour with pandas and scipy: reading the file, and the textbook rule on it.

    python3 benches/pandas_rule.py hour.csv

Prints seconds: imports apart, reading, rule, and how many contacts it gives. The rule is that of
`src/bench/textbook.rs`: shank rate about the mediolateral axis, low-pass 15 Hz both ways, mid-swing peaks,
initial contact at the first minimum after and final contact at the last one before (Salarian 2004).
"""

import sys
import time

began = time.perf_counter()
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from scipy.signal import butter, filtfilt, find_peaks  # noqa: E402

imported = time.perf_counter()
table = pd.read_csv(sys.argv[1], comment="#")
read = time.perf_counter()
t = table["time_s"].to_numpy()
rate = table["gyr_z"].to_numpy()
hz = 1 / np.median(np.diff(t))
b, a = butter(2, 15, fs=hz)
smooth = filtfilt(b, a, rate)
swings, _ = find_peaks(smooth, height=50, distance=int(0.5 * hz))
lows, _ = find_peaks(-smooth)
after = np.searchsorted(lows, swings)
initial = lows[after[after < len(lows)]]
final = lows[after[after > 0] - 1]
ruled = time.perf_counter()
print(f"import {imported - began:.3f} s, read {read - imported:.3f} s, rule {ruled - read:.3f} s; "
      f"{len(initial)} initial and {len(final)} final contacts in {len(t)} rows")
