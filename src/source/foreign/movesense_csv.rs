//! Movesense: the CSV of its showcase app, a file each for acceleration and angular rate.
//!
//! A row a sample, `timestamp,x,y,z`; the rows of one packet leave the timestamp (ms) empty after the
//! first. Nothing in the file says which sensor it is of: its name does, or a unit in the header.

use std::collections::VecDeque;
use std::path::Path;

use super::super::ReadOptions;
use super::super::error::{Problem, ReadError};
use super::super::units::{AccUnit, GyrUnit};
use super::super::warning::Trouble;
use super::join::{Channel, Join, Reading};
use super::partner::{self, Has};
use super::spread::{Packet, Spread};
use super::text::{Bytes, Table, split};
use super::{Decision, Fault, Format, Head, Opened, Opening, acc_unit, chained, gyr_unit, open_file, scaled};
use crate::capture::CaptureMeta;

pub(super) const FORMAT: Format = Format { word: "movesense-csv", name: "Movesense CSV pair", looks, open };

/// Rows of one packet: a radio packet holds some eight.
const PACKET: usize = 4096;

/// The header, or what stands for it.
fn is_header(names: &[String]) -> bool {
    let starts = |i: usize, stem: &str| names.get(i).is_some_and(|n: &String| n.starts_with(stem));
    names.len() == 4 && starts(0, "timestamp") && starts(1, "x") && starts(2, "y") && starts(3, "z")
}

/// Whether the first two lines are a packet's first rows: one with a time, one without.
fn is_packet(first: &str, second: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().is_ok();
    let a: Vec<&str> = split(first, ',').collect();
    let b: Vec<&str> = split(second, ',').collect();
    a.len() == 4
        && b.len() == 4
        && a.iter().all(|c| number(c))
        && (b[0].is_empty() || number(b[0]))
        && b[1..].iter().all(|c| number(c))
}

fn has_header(head: &Head<'_>) -> Option<bool> {
    let mut lines = head.lines();
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    let names: Vec<String> = split(&first, ',').map(super::text::plain).collect();
    if is_header(&names) {
        return Some(true);
    }
    (is_packet(&first, &second) && second.starts_with(',')).then_some(false)
}

fn looks(head: &Head<'_>) -> bool {
    has_header(head).is_some()
}

fn which(path: &Path, table: &Table) -> Result<Has, ReadError> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_lowercase();
    let unit = table.plain_names().get(1).cloned().unwrap_or_default();
    if unit.contains("m/s") || name.contains("acc") {
        Ok(Has::Acceleration)
    } else if unit.contains("/s") || unit.contains("dps") || name.contains("gyr") {
        Ok(Has::Rate)
    } else {
        Err(table.refuse(Problem::Expected {
            expected: "`acc` or `gyro` in the file's name, or a unit in its header".into(),
            found: format!("`{name}`"),
            help: "rename the files to tell them apart, such as walk_acc.csv and walk_gyro.csv",
        }))
    }
}

fn table(path: &Path, name: &str, bytes: Bytes, head: &[u8]) -> Result<Table, ReadError> {
    let head = Head { bytes: head, path: Some(path) };
    match has_header(&head) {
        Some(false) => Ok(Table::headless(bytes, name, ',', &["timestamp", "x", "y", "z"])),
        _ => Table::open(bytes, name, "timestamp,x,y,z", is_header, |_| {}),
    }
}

fn open(from: Opening<'_>) -> Result<Opened, ReadError> {
    let path = from.file(FORMAT.name)?;
    let this = table(&path, from.name, from.bytes, from.head)?;
    let has = which(&path, &this)?;
    let partner = partner::find(&path, has, from.options)?;
    let (mut bytes, name) = open_file(&partner)?;
    let head = super::super::open::head_of(&mut bytes, &name)?;
    let other = table(&partner, &name, chained(head.clone(), bytes), &head)?;
    let (acc, gyr) = if has == Has::Acceleration { (this, other) } else { (other, this) };
    Ok(join(acc, gyr, from.options, &name))
}

fn join(acc: Table, gyr: Table, options: &ReadOptions, partner: &str) -> Opened {
    let mut decided = vec![Decision::new("format", format!("{}: with {partner}", FORMAT.name))];
    let mps2 = acc_unit(options, AccUnit::Mps2, &mut decided);
    let dps = gyr_unit(options, GyrUnit::Dps, &mut decided);
    decided.push(Decision::new("gravity", "included"));
    decided.push(Decision::new(
        "time",
        "timestamp (ms) of each packet, its samples spread to the next; acceleration on the times of the rate",
    ));
    let packets = |table: Table, factor: f64| {
        Box::new(Packets {
            table,
            factor,
            spread: Spread::new(None),
            filling: None,
            ready: VecDeque::new(),
            ended: false,
        })
    };
    let rows = Box::new(Join::new(packets(acc, mps2), packets(gyr, dps)));
    Opened { rows, meta: CaptureMeta::default(), thigh: false, decided }
}

struct Packets {
    table: Table,
    factor: f64,
    spread: Spread<[f64; 3]>,
    filling: Option<Packet<[f64; 3]>>,
    ready: VecDeque<Reading>,
    ended: bool,
}

impl Packets {
    fn give(&mut self, next: Option<Packet<[f64; 3]>>) {
        if let Some((packet, step)) = self.spread.push(next) {
            let factor = self.factor;
            self.ready.extend(packet.samples.iter().enumerate().map(|(i, v)| Reading {
                time_s: packet.time_s + i as f64 * step,
                value: scaled(*v, factor),
            }));
        }
    }
}

impl Channel for Packets {
    fn read(&mut self) -> Result<Option<Result<Reading, Fault>>, ReadError> {
        loop {
            if let Some(reading) = self.ready.pop_front() {
                return Ok(Some(Ok(reading)));
            }
            if self.ended {
                return Ok(None);
            }
            let Some(cells) = self.table.next_row()? else {
                self.ended = true;
                if let Some(last) = self.filling.take() {
                    self.give(Some(last));
                }
                self.give(None);
                continue;
            };
            let value = match cells.triple([1, 2, 3]) {
                Ok(value) => value,
                Err(fault) => return Ok(Some(Err(fault))),
            };
            if cells.text(0).is_some_and(str::is_empty) {
                match &mut self.filling {
                    Some(packet) if packet.samples.len() < PACKET => packet.samples.push(value),
                    _ => return Ok(Some(Err(cells.fault(Trouble::EmptyCell, Some(0))))),
                }
                continue;
            }
            let time_s = match cells.number(0) {
                Ok(ms) => ms / 1000.0,
                Err(fault) => return Ok(Some(Err(fault))),
            };
            let next = Packet { time_s, samples: vec![value] };
            if let Some(full) = self.filling.replace(next) {
                self.give(Some(full));
            }
        }
    }

    fn bytes(&self) -> u64 {
        self.table.bytes()
    }

    fn here(&self, trouble: Trouble) -> Fault {
        self.table.fault(trouble, None)
    }

    fn name(&self) -> &str {
        self.table.name()
    }
}
