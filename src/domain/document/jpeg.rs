//! JPEG (ITU-T T.81, annex B): kept are the segments that a picture is decoded with, and of its EXIF data the
//! orientation alone. Between the scans of a progressive picture may stand what could hide anything, and so may after
//! its end; both are walked through here, which is why no library's view of the first scan is enough.

use img_parts::jpeg::markers;

use super::{Unfit, check_dimensions, orientation};

pub(super) const MAGIC: &[u8] = &[markers::P, markers::SOI, markers::P];

/// A picture without what is not needed to show it.
pub(super) fn clean(file: &[u8]) -> Result<Vec<u8>, Unfit> {
    let mut walk = Walk { rest: file.get(2..).ok_or(Unfit::Damaged)? };
    let mut kept = Kept { out: vec![markers::P, markers::SOI], frame: false, scans: 0, turned: false };
    loop {
        let marker = walk.marker()?;
        match marker {
            markers::EOI if kept.scans > 0 => {
                kept.out.extend_from_slice(&[markers::P, markers::EOI]);
                return Ok(kept.out);
            }
            markers::SOS => {
                let header = walk.segment()?;
                if !kept.frame {
                    return Err(Unfit::Damaged);
                }
                kept.push(marker, header);
                kept.out.extend_from_slice(walk.scan()?);
                kept.scans += 1;
            }
            _ => kept.take(marker, walk.segment()?)?,
        }
    }
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    /// The next marker, which fill bytes may precede.
    fn marker(&mut self) -> Result<u8, Unfit> {
        if self.rest.first() != Some(&markers::P) {
            return Err(Unfit::Damaged);
        }
        let at = self.rest.iter().position(|byte| *byte != markers::P).ok_or(Unfit::Damaged)?;
        let marker = self.rest[at];
        self.rest = &self.rest[at + 1..];
        // Only markers that a segment follows, and the end, may stand here.
        let stands_alone = matches!(marker, markers::Z | markers::RST0..=markers::SOI) || marker < markers::SOF0;
        if stands_alone { Err(Unfit::Damaged) } else { Ok(marker) }
    }

    fn segment(&mut self) -> Result<&'a [u8], Unfit> {
        let (length, after) = self.rest.split_first_chunk::<2>().ok_or(Unfit::Damaged)?;
        let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2).ok_or(Unfit::Damaged)?;
        let (contents, after) = after.split_at_checked(length).ok_or(Unfit::Damaged)?;
        self.rest = after;
        Ok(contents)
    }

    /// Entropy-coded data, up to the next marker that is not part of it.
    fn scan(&mut self) -> Result<&'a [u8], Unfit> {
        let ends =
            |pair: &[u8]| pair[0] == markers::P && !matches!(pair[1], markers::Z | markers::RST0..=markers::RST7);
        let at = self.rest.windows(2).position(ends).ok_or(Unfit::Damaged)?;
        let (scan, after) = self.rest.split_at(at);
        self.rest = after;
        Ok(scan)
    }
}

struct Kept {
    out: Vec<u8>,
    frame: bool,
    scans: usize,
    turned: bool,
}

impl Kept {
    fn push(&mut self, marker: u8, contents: &[u8]) {
        // Every segment that is written was read with a length of two bytes, or is shorter.
        let length = u16::try_from(contents.len() + 2).unwrap_or(u16::MAX);
        self.out.extend_from_slice(&[markers::P, marker]);
        self.out.extend_from_slice(&length.to_be_bytes());
        self.out.extend_from_slice(contents);
    }

    fn take(&mut self, marker: u8, contents: &[u8]) -> Result<(), Unfit> {
        match marker {
            markers::SOF0 | markers::SOF1 | markers::SOF2 => {
                if self.frame {
                    return Err(Unfit::Damaged);
                }
                check_frame(contents)?;
                self.frame = true;
                self.push(marker, contents);
            }
            markers::DQT | markers::DHT | markers::DRI => self.push(marker, contents),
            // How the colours are coded: the fixed fields, without a thumbnail or anything else behind them.
            markers::APP0 => {
                if let Some(fixed) = contents.get(..12).filter(|fixed| fixed.starts_with(b"JFIF\0")) {
                    self.push(marker, &[fixed, &[0, 0]].concat());
                }
            }
            markers::APP14 => {
                if let Some(fixed) = contents.get(..12).filter(|fixed| fixed.starts_with(b"Adobe")) {
                    self.push(marker, fixed);
                }
            }
            markers::APP1 if !self.turned && !self.frame => {
                if let Some(turn) = orientation::of(contents) {
                    self.push(marker, &orientation::alone(turn));
                    self.turned = true;
                }
            }
            markers::APP1..=markers::APP15 | markers::JPG0..=markers::JPG13 | markers::COM => {}
            // Lossless, arithmetic and hierarchical pictures, which no viewer at the desk would show.
            _ => return Err(Unfit::Damaged),
        }
        Ok(())
    }
}

fn check_frame(contents: &[u8]) -> Result<(), Unfit> {
    let [_, h1, h0, w1, w0, components, ..] = *contents else { return Err(Unfit::Damaged) };
    if !(1..=4).contains(&components) || contents.len() != 6 + 3 * usize::from(components) {
        return Err(Unfit::Damaged);
    }
    check_dimensions(u16::from_be_bytes([w1, w0]).into(), u16::from_be_bytes([h1, h0]).into())
}
