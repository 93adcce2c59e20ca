use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::{Png, PngChunk};
use proptest::prelude::*;

use super::*;

const SECRET: &[u8] = b"GPS 48.8584 N 2.2945 E";

fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], contents].concat()
}

fn frame(width: u16, height: u16) -> Vec<u8> {
    let (w, h) = (width.to_be_bytes(), height.to_be_bytes());
    segment(markers::SOF0, &[8, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0])
}

/// A picture with `extra` segments before its frame and `between` its two scans.
fn jpeg(extra: &[Vec<u8>], between: &[Vec<u8>], after: &[u8]) -> Bytes {
    let scan = [segment(markers::SOS, &[1, 1, 0, 0, 63, 0]), vec![0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]].concat();
    let parts = [
        vec![0xFF, 0xD8],
        segment(markers::APP0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0"),
        extra.concat(),
        segment(markers::DQT, &[0; 65]),
        frame(16, 8),
        segment(markers::DHT, &[0; 20]),
        scan.clone(),
        between.concat(),
        scan,
        vec![0xFF, 0xD9],
        after.to_vec(),
    ];
    parts.concat().into()
}

fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend_from_slice(SECRET);
    segment(markers::APP1, &tiff)
}

fn png(extra: &[PngChunk], after: &[u8]) -> Bytes {
    let chunk = |kind: &[u8; 4], contents: &[u8]| PngChunk::new(*kind, Bytes::copy_from_slice(contents));
    let mut bytes = png::MAGIC.to_vec();
    let header = [0, 0, 0, 16, 0, 0, 0, 8, 8, 2, 0, 0, 0];
    for chunk in [
        &[chunk(b"IHDR", &header)][..],
        extra,
        &[chunk(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1])],
        &[chunk(b"IEND", b"")],
    ]
    .concat()
    {
        bytes.extend_from_slice(&chunk.encoder().bytes());
    }
    bytes.extend_from_slice(after);
    bytes.into()
}

fn text_chunk(kind: &[u8; 4]) -> PngChunk {
    PngChunk::new(*kind, Bytes::from([b"Comment\0", SECRET].concat()))
}

fn pdf(inside: &str) -> Bytes {
    format!("%PDF-1.7\n1 0 obj\n<< {inside} >>\nendobj\ntrailer\n<< /Size 2 >>\nstartxref\n9\n%%EOF\n").into()
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|part| part == wanted)
}

#[test]
fn a_photograph_keeps_its_picture_and_its_orientation_and_nothing_else() {
    let extra = [
        exif(6),
        segment(markers::APP1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        segment(markers::APP2, &[b"ICC_PROFILE\0\x01\x01", SECRET].concat()),
        segment(markers::APP13, SECRET),
        segment(markers::COM, SECRET),
        segment(markers::APP0, &[b"JFXX\0\x10", SECRET].concat()),
        segment(markers::APP0, &[b"JFIF\0\x01\x02\0\0\x48\0\x48\x02\x02", SECRET].concat()),
        segment(markers::APP14, &[b"Adobe\0\x64\0\0\0\0\0", SECRET].concat()),
    ];
    let between = [segment(markers::APP1, SECRET), segment(markers::COM, SECRET), segment(markers::DHT, &[1; 20])];
    let fit = prepare(jpeg(&extra, &between, SECRET)).unwrap();
    assert_eq!(fit.kind, DocumentKind::Jpeg);
    assert!(!holds(&fit.bytes, SECRET) && !holds(&fit.bytes, b"GPS"));
    assert!(fit.bytes.ends_with(&[0xFF, 0xD9]));
    let read = Jpeg::from_bytes(fit.bytes.clone()).unwrap();
    assert_eq!(read.dimensions(), Some((16, 8)));
    assert_eq!(orientation::of(read.segment_by_marker(markers::APP1).unwrap().contents()), Some(6));
    assert_eq!(read.segments_by_marker(markers::APP1).count(), 1);
    assert_eq!(read.segment_by_marker(markers::APP14).unwrap().contents().len(), 12);
    // The tables between the scans stay where they were.
    assert!(holds(&fit.bytes, &segment(markers::DHT, &[1; 20])));
    // What is clean stays as it is.
    assert_eq!(prepare(fit.bytes.clone()).unwrap(), fit);
    let plain = jpeg(&[], &[], b"");
    assert_eq!(prepare(plain.clone()).unwrap().bytes, plain);
}

#[test]
fn a_photograph_that_is_the_right_way_up_keeps_no_exif_at_all() {
    for orientation in [0, 1, 9] {
        let fit = prepare(jpeg(&[exif(orientation)], &[], b"")).unwrap();
        assert!(!holds(&fit.bytes, b"Exif"), "{orientation}");
    }
}

#[test]
fn a_png_keeps_its_picture_and_nothing_that_is_said_about_it() {
    let gamma = PngChunk::new(*b"gAMA", Bytes::from_static(&[0, 0, 0xB1, 0x8F]));
    let said = [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf", b"iCCP", b"gAMA", b"quRk"].map(text_chunk);
    let fit = prepare(png(&[&said[..], std::slice::from_ref(&gamma)].concat(), SECRET)).unwrap();
    assert_eq!(fit.kind, DocumentKind::Png);
    assert!(!holds(&fit.bytes, SECRET));
    let read = Png::from_bytes(fit.bytes.clone()).unwrap();
    let kinds: Vec<[u8; 4]> = read.chunks().iter().map(PngChunk::kind).collect();
    assert_eq!(kinds, [*b"IHDR", *b"gAMA", *b"IDAT", *b"IEND"]);
    assert_eq!(read.chunk_by_type(*b"gAMA"), Some(&gamma));
    assert_eq!(prepare(fit.bytes.clone()).unwrap(), fit);
}

#[test]
fn a_pdf_is_kept_up_to_its_end() {
    let file = pdf("/Type /Catalog /EncryptMetadata true");
    let fit = prepare([&file[..], b"PK\x05\x06", SECRET].concat().into()).unwrap();
    assert_eq!(fit.kind, DocumentKind::Pdf);
    assert_eq!(fit.bytes, file.slice(..file.len() - 1));
    assert_eq!(fit.digest().len(), 64);
}

#[test]
fn what_is_not_a_whole_document_of_a_known_kind_is_refused() {
    let wide = [vec![0xFF, 0xD8], frame(40_000, 8), segment(markers::SOS, &[1, 1, 0, 0, 63, 0]), vec![1, 0xFF, 0xD9]];
    let no_frame = [vec![0xFF, 0xD8], segment(markers::SOS, &[1, 1, 0, 0, 63, 0]), vec![1, 0xFF, 0xD9]];
    let whole = jpeg(&[], &[], b"");
    let damaged_png = {
        let mut bytes = png(&[], b"").to_vec();
        bytes[40] ^= 1;
        bytes
    };
    let unknown_critical = png(&[PngChunk::new(*b"QUIK", Bytes::new())], b"");
    let vast = {
        let header = [0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20, 8, 2, 0, 0, 0];
        let chunks = [
            PngChunk::new(*b"IHDR", Bytes::copy_from_slice(&header)),
            PngChunk::new(*b"IDAT", Bytes::from_static(&[0x78, 0x9C])),
            PngChunk::new(*b"IEND", Bytes::new()),
        ];
        [png::MAGIC.to_vec(), chunks.map(|chunk| chunk.encoder().bytes().to_vec()).concat()].concat()
    };
    for (file, why) in [
        (Bytes::new(), Unfit::Empty),
        (Bytes::from_static(b"<!doctype html><script>alert(1)</script>"), Unfit::Unknown),
        (Bytes::from_static(b"GIF89a...."), Unfit::Unknown),
        (Bytes::from_static(b"\n%PDF-1.7"), Unfit::Unknown),
        (whole.slice(..whole.len() - 2), Unfit::Damaged),
        (Bytes::from_static(&[0xFF, 0xD8, 0xFF, 0xD9]), Unfit::Damaged),
        (no_frame.concat().into(), Unfit::Damaged),
        (wide.concat().into(), Unfit::TooManyPixels),
        (damaged_png.into(), Unfit::Damaged),
        (png(&[], b"").slice(..60), Unfit::Damaged),
        (unknown_critical, Unfit::Damaged),
        (vast.into(), Unfit::TooManyPixels),
        (png(&[PngChunk::new(*b"acTL", Bytes::from_static(&[0; 8]))], b""), Unfit::Animated),
        (Bytes::from_static(b"%PDF-1.7 and nothing"), Unfit::Damaged),
        (Bytes::from_static(b"%PDF-x.y\nstartxref\n%%EOF"), Unfit::Damaged),
        (pdf("/Encrypt 5 0 R"), Unfit::Encrypted),
        (pdf("/S /JavaScript /JS (app.alert(1))"), Unfit::Active),
        (pdf("/Names << /EmbeddedFiles 3 0 R >>"), Unfit::Active),
    ] {
        assert_eq!(prepare(file.clone()), Err(why), "{:?}", &file[..file.len().min(60)]);
    }
}

#[test]
fn an_examination_needs_every_answer_and_one_no_fails_it() {
    let all_yes = Examination::read(|_| "yes").unwrap();
    assert_eq!(all_yes.outcome(), crate::domain::evidence::Outcome::Passed);
    assert_eq!(all_yes.answers().count(), Item::ALL.len());
    for item in Item::ALL {
        let one_no = Examination::read(|code| if code == item.code() { "no" } else { "yes" }).unwrap();
        assert_eq!(one_no.outcome(), crate::domain::evidence::Outcome::Failed, "{item:?}");
        let missing = Examination::read(|code| if code == item.code() { "" } else { "yes" }).unwrap_err();
        assert_eq!(missing, [*item]);
    }
}

/// Bytes that begin like a document, so that chance gets further than the first of them.
fn almost() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop::sample::select(vec![
        Vec::new(),
        jpeg::MAGIC.to_vec(),
        png::MAGIC.to_vec(),
        b"%PDF-1.7\n".to_vec(),
        jpeg(&[exif(3)], &[], b"").to_vec(),
        png(&[text_chunk(b"tEXt")], b"").to_vec(),
        pdf("/Type /Catalog").to_vec(),
    ]);
    (
        begin,
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        prop::collection::vec(any::<u8>(), 0..80),
        any::<bool>(),
    )
        .prop_map(|(mut bytes, flips, more, cut)| {
            for (at, byte) in flips {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            if cut {
                bytes.truncate(bytes.len() * 2 / 3);
            }
            bytes.extend(more);
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_are_answered_and_what_is_kept_is_clean(bytes in almost()) {
        if let Ok(fit) = prepare(Bytes::from(bytes)) {
            // Cleaned once more nothing changes, so nothing was left to take off.
            prop_assert_eq!(prepare(fit.bytes.clone()), Ok(fit));
        }
    }

    #[test]
    fn planted_words_are_gone_wherever_they_stood(
        secret in "[a-zA-Z]{12,40}",
        places in prop::collection::vec((prop::sample::select(vec![0xE1_u8, 0xE2, 0xE3, 0xED, 0xEF, 0xF5, 0xFE]), any::<bool>()), 1..6),
    ) {
        let planted = |early: bool| -> Vec<Vec<u8>> {
            places.iter().filter(|(_, at)| *at == early).map(|(marker, _)| segment(*marker, secret.as_bytes())).collect()
        };
        let fit = prepare(jpeg(&planted(true), &planted(false), secret.as_bytes())).unwrap();
        prop_assert!(!holds(&fit.bytes, secret.as_bytes()));
        prop_assert!(Jpeg::from_bytes(fit.bytes).is_ok());
        let chunks: Vec<PngChunk> = [b"tEXt", b"iTXt", b"eXIf", b"prVt"].map(|kind| PngChunk::new(*kind, Bytes::from(secret.clone()))).into();
        let fit = prepare(png(&chunks, secret.as_bytes())).unwrap();
        prop_assert!(!holds(&fit.bytes, secret.as_bytes()));
        prop_assert!(Png::from_bytes(fit.bytes).is_ok());
    }
}
