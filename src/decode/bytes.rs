//! Fields of a value, read in order, with the place where it ended too soon.

use super::{Odd, OddKind};

/// A little-endian reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    pub(super) const fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0 }
    }

    /// How much has been read.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// How much is left.
    pub(super) const fn left(&self) -> usize {
        self.all.len() - self.at
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Odd> {
        let found = self.rest().first_chunk::<N>().copied();
        let found = found.ok_or(Odd { offset: self.all.len(), what: OddKind::Short(field) })?;
        self.at += N;
        Ok(found)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, Odd> {
        self.take::<1>(field).map(|b| b[0])
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, Odd> {
        self.take(field).map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self, field: &'static str) -> Result<i16, Odd> {
        self.take(field).map(i16::from_le_bytes)
    }

    pub(super) fn u24(&mut self, field: &'static str) -> Result<u32, Odd> {
        self.take::<3>(field).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, Odd> {
        self.take(field).map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, Odd> {
        self.take(field).map(u64::from_le_bytes)
    }

    pub(super) fn f32(&mut self, field: &'static str) -> Result<f32, Odd> {
        self.take(field).map(f32::from_le_bytes)
    }

    /// Three signed words, as floats.
    pub(super) fn xyz(&mut self, field: &'static str) -> Result<[f64; 3], Odd> {
        Ok([f64::from(self.i16(field)?), f64::from(self.i16(field)?), f64::from(self.i16(field)?)])
    }

    /// Three floats; a value that is no number is none of a sensor's.
    pub(super) fn xyz_f32(&mut self, field: &'static str) -> Result<[f64; 3], Odd> {
        let at = self.at;
        let v = [self.f32(field)?, self.f32(field)?, self.f32(field)?];
        match v.iter().find(|x| !x.is_finite()) {
            Some(x) => Err(Odd { offset: at, what: OddKind::Field(field, u64::from(x.to_bits())) }),
            None => Ok(v.map(f64::from)),
        }
    }
}
