//! Uploaded documents: what one is, is told by its content, and what an image carries beside its picture is taken off.

mod checklist;
mod jpeg;
mod orientation;
mod pdf;
mod png;
#[cfg(test)]
mod tests;

use img_parts::Bytes;
use sha2::{Digest, Sha256};

use super::words::coded;

pub use checklist::{Examination, Item};

coded! {
    /// What a document is.
    pub enum DocumentKind {
        /// Portable Document Format.
        Pdf = "pdf", "PDF";
        /// A JPEG image.
        Jpeg = "jpeg", "JPEG image";
        /// A PNG image.
        Png = "png", "PNG image";
    }
}

impl DocumentKind {
    /// The type by which it is served.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// How its file's name ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Its content is none of the kinds that are taken.
    #[error("it is no PDF, JPEG or PNG, whatever its name says")]
    Unknown,
    /// It begins like its kind and does not go on like it.
    #[error("it is damaged or incomplete")]
    Damaged,
    /// It moves.
    #[error("it is an animation")]
    Animated,
    /// Its picture is larger than anyone has to look at.
    #[error("its picture is too large")]
    TooManyPixels,
    /// It asks for a password.
    #[error("it is protected with a password")]
    Encrypted,
    /// It holds a program or other files.
    #[error("it holds a program or other files")]
    Active,
}

impl Unfit {
    /// The stable word the audit log keeps.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Unknown => "unknown_type",
            Self::Damaged => "damaged",
            Self::Animated => "animated",
            Self::TooManyPixels => "too_many_pixels",
            Self::Encrypted => "encrypted",
            Self::Active => "active_content",
        }
    }
}

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// What it is.
    pub kind: DocumentKind,
    /// Its content, without what was taken off.
    pub bytes: Bytes,
}

impl Fit {
    /// SHA-256 of the content, hexadecimal.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }
}

/// Looks at what was uploaded: the document to keep.
///
/// # Errors
/// [`Unfit`] says why it is not taken.
pub fn prepare(file: Bytes) -> Result<Fit, Unfit> {
    if file.is_empty() {
        return Err(Unfit::Empty);
    }
    let (kind, bytes) = if file.starts_with(jpeg::MAGIC) {
        (DocumentKind::Jpeg, jpeg::clean(&file)?.into())
    } else if file.starts_with(png::MAGIC) {
        (DocumentKind::Png, png::clean(file)?)
    } else if file.starts_with(pdf::MAGIC) {
        (DocumentKind::Pdf, pdf::trimmed(&file)?)
    } else {
        return Err(Unfit::Unknown);
    };
    Ok(Fit { kind, bytes })
}

/// Longest side of a picture.
const LONGEST_SIDE: u32 = 20_000;
/// Pixels of a picture: more than any camera or scanner that a person would use for this makes.
const MOST_PIXELS: u64 = 120_000_000;

fn check_dimensions(width: u32, height: u32) -> Result<(), Unfit> {
    if width == 0 || height == 0 {
        return Err(Unfit::Damaged);
    }
    let too_large = width > LONGEST_SIDE || height > LONGEST_SIDE;
    if too_large || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Unfit::TooManyPixels);
    }
    Ok(())
}
