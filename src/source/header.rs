//! Which column is which.

use super::error::{Column, Missing, Problem, ReadError, Sensor};
use super::warning::{Trouble, Warnings};

/// The contract's columns of one sensor, in the order of [`crate::imu::Imu`].
const SENSOR: [&str; 6] = ["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"];
const THIGH: [&str; 6] =
    ["thigh_acc_x", "thigh_acc_y", "thigh_acc_z", "thigh_gyr_x", "thigh_gyr_y", "thigh_gyr_z"];
/// The column with the belt's speed, m/s, where a treadmill told it.
const BELT: &str = "belt_mps";
/// The column with the time at which a row arrived, s on the receiver's clock, where it was recorded live.
const ARRIVAL: &str = "arrival_s";
const TIME: &str = "time_s";

/// How like two names must be (Jaro-Winkler, 0 to 1) for one to be offered for the other.
const LIKENESS: f64 = 0.85;

/// Where in a row each figure stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Columns {
    pub(super) time: usize,
    pub(super) shank: [usize; 6],
    pub(super) thigh: Option<[usize; 6]>,
    pub(super) belt: Option<usize>,
    pub(super) arrival: Option<usize>,
    /// Cells that a whole row has.
    pub(super) width: usize,
    /// The names as they stand in the file.
    names: Vec<String>,
}

impl Columns {
    /// Reads the header line. `renamed` holds `(contract's name, name in the file)`.
    pub(super) fn resolve(
        line: &[u8],
        name: &str,
        number: u64,
        renamed: &[(String, String)],
        warnings: &mut Warnings,
    ) -> Result<Self, ReadError> {
        let refuse = |problem| ReadError::new(name, problem).at_line(number);
        let names = split(line);
        let numbers = names.iter().filter(|n| n.parse::<f64>().is_ok()).count();
        if numbers * 2 > names.len() {
            return Err(refuse(Problem::NoHeader));
        }
        if let Some(found) = other_separator(&names) {
            return Err(refuse(Problem::Separator { found }));
        }
        for (wanted, found) in renamed {
            if !names.iter().any(|n| n == found) {
                return Err(refuse(Problem::RenamedColumn { wanted: wanted.clone(), found: found.clone() }));
            }
        }
        let find = |wanted: &'static str| -> Result<Option<usize>, ReadError> {
            let called =
                renamed.iter().find(|(w, _)| w == wanted).map_or(wanted, |(_, found)| found.as_str());
            let mut places = (0..names.len()).filter(|&i| names[i].eq_ignore_ascii_case(called));
            let first = places.next();
            if let Some(second) = places.next() {
                let problem = Problem::DuplicateColumn { name: names[second].clone() };
                return Err(
                    refuse(problem).at_column(Column { number: second + 1, name: names[second].clone() })
                );
            }
            Ok(first)
        };

        let mut missing = Vec::new();
        let mut need = |wanted: &'static str| -> Result<usize, ReadError> {
            Ok(find(wanted)?.unwrap_or_else(|| {
                missing.push(wanted);
                usize::MAX
            }))
        };
        let time = need(TIME)?;
        let mut shank = [0; 6];
        for (slot, wanted) in shank.iter_mut().zip(SENSOR) {
            *slot = need(wanted)?;
        }
        if missing.len() == 1 + SENSOR.len() && !names.iter().any(|n| near(TIME, n)) {
            // Nothing that even looks like a capture: prose, or rows without a header.
            if names.len() < 3 {
                return Err(refuse(Problem::NoHeader));
            }
        }
        if !missing.is_empty() {
            let missing = missing
                .into_iter()
                .map(|wanted| Missing { name: wanted, near: nearest(wanted, &names) })
                .collect();
            return Err(refuse(Problem::MissingColumns { missing }));
        }

        let mut thigh = [0; 6];
        let mut found = 0;
        for (slot, wanted) in thigh.iter_mut().zip(THIGH) {
            if let Some(place) = find(wanted)? {
                *slot = place;
                found += 1;
            }
        }
        if found > 0 && found < THIGH.len() {
            warnings.note(name, Trouble::ThighColumns, Some(number), || None);
        }
        let (belt, arrival) = (find(BELT)?, find(ARRIVAL)?);
        let thigh = (found == THIGH.len()).then_some(thigh);
        Ok(Self { time, shank, thigh, belt, arrival, width: names.len(), names })
    }

    /// The column with this index, for a message.
    pub(super) fn column(&self, index: usize) -> Column {
        Column { number: index + 1, name: self.names.get(index).cloned().unwrap_or_default() }
    }

    /// The first acceleration column of a sensor.
    pub(super) fn acceleration(&self, sensor: Sensor) -> Column {
        match (sensor, self.thigh) {
            (Sensor::Thigh, Some(thigh)) => self.column(thigh[0]),
            _ => self.column(self.shank[0]),
        }
    }

    /// The first angular rate column of the shank sensor.
    pub(super) fn rate(&self) -> Column {
        self.column(self.shank[3])
    }

    /// Whether a row is a header: `Some(true)` for this one again, `Some(false)` for another.
    pub(super) fn is_header<'a>(&self, cells: impl Iterator<Item = &'a [u8]>) -> Option<bool> {
        let cells: Vec<_> = cells
            .map(|c| String::from_utf8_lossy(c))
            .map(|c| c.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let known = cells.iter().filter(|c| self.names.iter().any(|n| !n.is_empty() && n == *c)).count();
        // A row of numbers never has a name in it; a header that shares three names is a header.
        (known >= 3).then(|| cells == self.names)
    }
}

/// The cells of a header line, without quotation marks and blanks.
fn split(line: &[u8]) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(line);
    let mut record = csv::ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(true) => record.iter().map(|c| String::from_utf8_lossy(c).trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// What separates the columns when commas do not.
fn other_separator(names: &[String]) -> Option<&'static str> {
    let [only] = names else { return None };
    [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")]
        .into_iter()
        .find(|(c, _)| only.matches(*c).count() >= 3)
        .map(|(_, word)| word)
}

/// `Acc X (m/s^2)` and `accel_x` as `accx`, `Timestamp` as `time`.
fn plain(name: &str) -> String {
    let open = name.find(['(', '[', '{']).unwrap_or(name.len());
    let mut text: String =
        name[..open].chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    for (long, short) in [
        ("shank", ""),
        ("accelerometer", "acc"),
        ("acceleration", "acc"),
        ("accel", "acc"),
        ("gyroscope", "gyr"),
        ("gyro", "gyr"),
        ("angularvelocity", "gyr"),
        ("timestamp", "time"),
        ("times", "time"),
        ("upperleg", "thigh"),
    ] {
        text = text.replace(long, short);
    }
    match text.as_str() {
        "t" => "time".into(),
        "ax" | "ay" | "az" => format!("acc{}", &text[1..]),
        "gx" | "gy" | "gz" | "wx" | "wy" | "wz" => format!("gyr{}", &text[1..]),
        _ => text,
    }
}

fn near(wanted: &str, found: &str) -> bool {
    likeness(wanted, found) >= LIKENESS
}

fn likeness(wanted: &str, found: &str) -> f64 {
    let (wanted, found) = (plain(wanted), plain(found));
    // `acc_x` is as like `acc_y` as a name can be: the axis must be the same letter.
    let axis = |s: &str| s.chars().last().filter(|c| "xyz".contains(*c));
    if axis(&wanted) != axis(&found) || wanted.contains("thigh") != found.contains("thigh") {
        return 0.0;
    }
    strsim::jaro_winkler(&wanted, &found)
}

fn nearest(wanted: &str, names: &[String]) -> Option<String> {
    names
        .iter()
        .map(|n| (likeness(wanted, n), n))
        .filter(|(l, _)| *l >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, n)| n.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(line: &str) -> Result<Columns, ReadError> {
        Columns::resolve(line.as_bytes(), "a.csv", 1, &[], &mut Warnings::default())
    }

    #[test]
    fn columns_come_in_any_order_with_others_between() {
        let columns = resolve("gyr_z, gyr_y ,\"gyr_x\",battery,acc_x,acc_y,acc_z,time_s").unwrap();
        assert_eq!(columns.time, 7);
        assert_eq!(columns.shank, [4, 5, 6, 2, 1, 0]);
        assert_eq!(columns.thigh, None);
        assert_eq!(columns.width, 8);
    }

    #[test]
    fn what_looks_like_a_missing_column_is_offered() {
        for (wanted, found) in [
            ("acc_x", "AccX"),
            ("acc_x", "Acc X (m/s^2)"),
            ("acc_z", "accel_z"),
            ("gyr_y", "gyroscope_y"),
            ("gyr_y", "wy"),
            ("time_s", "timestamp"),
            ("time_s", "t"),
            ("thigh_gyr_x", "Thigh Gyro X"),
        ] {
            assert_eq!(nearest(wanted, &["battery".into(), found.into()]).as_deref(), Some(found));
        }
        assert_eq!(nearest("acc_x", &["acc_y".into(), "battery".into()]), None);
        assert_eq!(nearest("acc_x", &["thigh_acc_x".into()]), None);
    }

    #[test]
    fn a_header_is_told_from_numbers_and_from_another_header() {
        let columns = resolve("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z").unwrap();
        let ask = |line: &str| columns.is_header(line.split(',').map(str::as_bytes));
        assert_eq!(ask("0.1,1,2,3,4,5,6"), None);
        assert_eq!(ask("time_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z"), Some(true));
        assert_eq!(ask("time_s,gyr_x,gyr_y,gyr_z,acc_x,acc_y,acc_z"), Some(false));
    }
}
