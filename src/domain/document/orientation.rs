//! Which way up a photograph is: the one tag of EXIF that has to stay, or photographs would lie on their sides.

const PREFIX: &[u8] = b"Exif\0\0";
const TAG: u16 = 0x0112;
const SHORT: u16 = 3;

/// The orientation in an `APP1` segment, when it is EXIF and says one that turns the picture.
pub(super) fn of(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(PREFIX)?;
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let bytes = tiff.get(4..8)?.try_into().ok()?;
    let directory = usize::try_from(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }).ok()?;
    let entries = usize::from(short(directory)?);
    let found = (0..entries).find_map(|entry| {
        let at = directory.checked_add(2 + 12 * entry)?;
        (short(at)? == TAG && short(at.checked_add(2)?)? == SHORT).then(|| short(at.checked_add(8)?)).flatten()
    })?;
    u8::try_from(found).ok().filter(|turn| (2..=8).contains(turn))
}

/// An `APP1` segment that says this orientation and nothing else.
pub(super) fn alone(turn: u8) -> Vec<u8> {
    let directory = [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0, 0];
    [PREFIX, b"MM\0*", &directory].concat()
}
