//! PNG (third edition, W3C): kept are the critical chunks and the few that change how the picture looks, each only in
//! the length that it has to have.

use img_parts::Bytes;
use img_parts::png::{Png, PngChunk};

use super::{Unfit, check_dimensions};

pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture without what is not needed to show it, and without what stands after its end.
pub(super) fn clean(file: Bytes) -> Result<Bytes, Unfit> {
    let mut png = Png::from_bytes(file).map_err(|_| Unfit::Damaged)?;
    check(png.chunks())?;
    png.chunks_mut().retain(is_kept);
    Ok(png.encoder().bytes())
}

fn is_kept(chunk: &PngChunk) -> bool {
    let length = chunk.contents().len();
    match &chunk.kind() {
        b"IHDR" | b"PLTE" | b"IDAT" | b"IEND" => true,
        b"tRNS" => length <= 256,
        b"gAMA" => length == 4,
        b"cHRM" => length == 32,
        b"sRGB" => length == 1,
        b"sBIT" => length <= 4,
        b"pHYs" => length == 9,
        _ => false,
    }
}

fn check(chunks: &[PngChunk]) -> Result<(), Unfit> {
    let kinds: Vec<[u8; 4]> = chunks.iter().map(PngChunk::kind).collect();
    if kinds.iter().any(|kind| matches!(kind, b"acTL" | b"fcTL" | b"fdAT")) {
        return Err(Unfit::Animated);
    }
    let count = |wanted: &[u8; 4]| kinds.iter().filter(|kind| *kind == wanted).count();
    let in_order = kinds.first() == Some(b"IHDR") && kinds.last() == Some(b"IEND");
    let once = count(b"IHDR") == 1 && count(b"IEND") == 1 && count(b"PLTE") <= 1 && count(b"IDAT") >= 1;
    // The case of the first letter says whether a decoder may pass over what it does not know.
    let known = |kind: &[u8; 4]| kind[0].is_ascii_lowercase() || matches!(kind, b"IHDR" | b"PLTE" | b"IDAT" | b"IEND");
    if !in_order || !once || !kinds.iter().all(known) {
        return Err(Unfit::Damaged);
    }
    for chunk in chunks {
        let contents = chunk.contents();
        match &chunk.kind() {
            b"IHDR" => check_header(contents)?,
            b"PLTE" if contents.is_empty() || contents.len() > 768 || !contents.len().is_multiple_of(3) => {
                return Err(Unfit::Damaged);
            }
            b"IEND" if !contents.is_empty() => return Err(Unfit::Damaged),
            _ => {}
        }
    }
    let data: Vec<u8> = chunks
        .iter()
        .filter(|chunk| chunk.kind() == *b"IDAT")
        .flat_map(|chunk| chunk.contents().iter().copied())
        .take(2)
        .collect();
    // RFC 1950: how a zlib stream begins.
    match data[..] {
        [method, flags] if method & 15 == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31) => Ok(()),
        _ => Err(Unfit::Damaged),
    }
}

fn check_header(contents: &[u8]) -> Result<(), Unfit> {
    let Ok([w3, w2, w1, w0, h3, h2, h1, h0, depth, colour, method, filter, interlace]) = <[u8; 13]>::try_from(contents)
    else {
        return Err(Unfit::Damaged);
    };
    let depths: &[u8] = match colour {
        0 => &[1, 2, 4, 8, 16],
        3 => &[1, 2, 4, 8],
        2 | 4 | 6 => &[8, 16],
        _ => &[],
    };
    if !depths.contains(&depth) || method != 0 || filter != 0 || interlace > 1 {
        return Err(Unfit::Damaged);
    }
    check_dimensions(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]))
}
