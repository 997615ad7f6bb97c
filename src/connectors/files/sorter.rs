//! Sorting more keys than memory is to hold: sorted pieces on disk, merged at the end.

use super::format::Span;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write};

/// Bytes of memory a piece takes, about.
const PIECE: usize = 16 * 1024 * 1024;

/// What an entry takes beside the letters of its key.
const ENTRY: usize = 48;

/// A key and where its record stands. The order is that of the keys' bytes, then of the places.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Box<str>,
    from: u64,
    bytes: u32,
}

#[derive(Default)]
pub(super) struct Sorter {
    piece: Vec<Entry>,
    bytes: usize,
    spilled: Vec<BufReader<File>>,
}

impl Sorter {
    pub fn push(&mut self, key: &str, span: Span) -> io::Result<()> {
        self.piece.push(Entry { key: key.into(), from: span.from, bytes: span.bytes });
        self.bytes += key.len() + ENTRY;
        if self.bytes > PIECE { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.piece.sort_unstable();
        let mut out = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
        for entry in self.piece.drain(..) {
            let letters = u32::try_from(entry.key.len()).map_err(io::Error::other)?;
            out.write_all(&letters.to_le_bytes())?;
            out.write_all(entry.key.as_bytes())?;
            out.write_all(&entry.from.to_le_bytes())?;
            out.write_all(&entry.bytes.to_le_bytes())?;
        }
        let mut file = out.into_inner().map_err(|error| error.into_error())?;
        file.rewind()?;
        self.spilled.push(BufReader::with_capacity(1 << 16, file));
        self.bytes = 0;
        Ok(())
    }

    /// Every place, in the order of the keys.
    pub fn finish(mut self, take: &mut dyn FnMut(Span) -> io::Result<()>) -> io::Result<()> {
        if self.spilled.is_empty() {
            self.piece.sort_unstable();
            return self.piece.iter().try_for_each(|e| take(Span { from: e.from, bytes: e.bytes }));
        }
        self.spill()?;
        let mut heads = BinaryHeap::new();
        for (at, piece) in self.spilled.iter_mut().enumerate() {
            heads.extend(next(piece)?.map(|entry| Reverse((entry, at))));
        }
        while let Some(Reverse((entry, at))) = heads.pop() {
            take(Span { from: entry.from, bytes: entry.bytes })?;
            if let Some(piece) = self.spilled.get_mut(at) {
                heads.extend(next(piece)?.map(|entry| Reverse((entry, at))));
            }
        }
        Ok(())
    }
}

fn next(piece: &mut BufReader<File>) -> io::Result<Option<Entry>> {
    let (mut four, mut eight) = ([0; 4], [0; 8]);
    match piece.read_exact(&mut four) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut key = vec![0; usize::try_from(u32::from_le_bytes(four)).map_err(io::Error::other)?];
    piece.read_exact(&mut key)?;
    piece.read_exact(&mut eight)?;
    piece.read_exact(&mut four)?;
    let key = String::from_utf8(key).map_err(io::Error::other)?.into_boxed_str();
    Ok(Some(Entry { key, from: u64::from_le_bytes(eight), bytes: u32::from_le_bytes(four) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_merged_in_the_order_of_the_keys() {
        let mut sorter = Sorter::default();
        let mut keys: Vec<String> = (0..5_000_u64).map(|n| format!("{}", n * 7919 % 5_003)).collect();
        for (at, key) in (0_u64..).zip(&keys) {
            sorter.push(key, Span { from: at, bytes: 1 }).expect("pushed");
            if at % 999 == 998 {
                sorter.spill().expect("spilled");
            }
        }
        let (unsorted, mut seen) = (keys.clone(), Vec::new());
        let mut take = |span: Span| {
            seen.push(unsorted[usize::try_from(span.from).expect("small")].clone());
            Ok(())
        };
        sorter.finish(&mut take).expect("merged");
        keys.sort_unstable();
        assert_eq!(seen, keys);
    }
}
