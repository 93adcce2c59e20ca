//! QR codes as the path of an inline SVG, which needs no inline style and no image from elsewhere.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};

/// Modules of white around a code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// The size of the drawing and its path, one square for each run of dark modules; nothing when the text is too long.
pub(in crate::web) fn drawn(text: &str) -> Option<Value> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    Some(json!({ "size": width + 2 * QUIET, "path": path }))
}

/// The secret in groups of four, as it is easiest to copy by hand.
pub(in crate::web) fn in_groups(secret: &str) -> String {
    let symbols: Vec<char> = secret.chars().collect();
    symbols.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_has_a_finder_in_three_corners_and_white_around() {
        let drawn = drawn("otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQ").unwrap();
        let (size, path) = (drawn["size"].as_u64().unwrap(), drawn["path"].as_str().unwrap());
        // The outer edge of a finder is a run of seven modules.
        for start in
            ["M4 4h7v1h-7z".to_owned(), format!("M{} 4h7v1h-7z", size - 11), format!("M4 {}h7v1h-7z", size - 11)]
        {
            assert!(path.contains(&start), "{start} in {path}");
        }
        assert!(!path.contains("M0 ") && !path.contains(" 0h"), "{path}");
        assert!(super::drawn(&"x".repeat(3_000)).is_none());
    }
}
