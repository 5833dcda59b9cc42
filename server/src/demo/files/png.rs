//! A bar chart as PNG (W3C Recommendation, 3rd edition), in a palette of five colours.

use crate::demo::dice::Dice;
use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::{self, Write};

const WIDTH: u32 = 480;
const HEIGHT: u32 = 280;
const BARS: usize = 8;
/// White, frame, and three colours of bars.
const PALETTE: [u8; 15] = [255, 255, 255, 90, 98, 110, 46, 125, 154, 224, 160, 60, 120, 170, 110];

pub fn chart(dice: &mut Dice) -> io::Result<Vec<u8>> {
    let heights: Vec<u32> = (0..BARS).map(|_| u32::try_from(dice.between(30, 220)).unwrap_or(30)).collect();
    let first = u8::try_from(dice.below(3)).unwrap_or(0);
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::default());
    for y in 0..HEIGHT {
        // Each row begins with its filter: none.
        let mut row = vec![0];
        row.extend((0..WIDTH).map(|x| colour(x, y, &heights, first)));
        pixels.write_all(&row)?;
    }
    let mut header = [WIDTH.to_be_bytes(), HEIGHT.to_be_bytes()].concat();
    // Eight bits, palette, deflate, standard filters, not interlaced.
    header.extend([8, 3, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"PLTE", &PALETTE);
    chunk(&mut file, *b"IDAT", &pixels.finish()?);
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

fn colour(x: u32, y: u32, heights: &[u32], first: u8) -> u8 {
    let (left, right, floor) = (30, WIDTH - 20, HEIGHT - 25);
    if (y == floor && x >= left && x <= right) || (x == left && (20..floor).contains(&y)) {
        return 1;
    }
    let slot = (right - left) / 8;
    if x <= left || x >= left + slot * 8 || y >= floor || (x - left) % slot < 12 {
        return 0;
    }
    let bar = usize::try_from((x - left) / slot).unwrap_or(0);
    if floor - y <= heights[bar] { 2 + (first + u8::from(bar % 2 == 1)) % 3 } else { 0 }
}

/// Length, type, data, CRC of type and data.
fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    file.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_image_holds_every_pixel() {
        let file = chart(&mut Dice::new(1, "png")).unwrap();
        let mut at = 8;
        let mut pixels = Vec::new();
        while at < file.len() {
            let len = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
            let mut crc = Crc::new();
            crc.update(&file[at + 4..at + 8 + len]);
            assert_eq!(crc.sum().to_be_bytes(), file[at + 8 + len..at + 12 + len]);
            if &file[at + 4..at + 8] == b"IDAT" {
                flate2::read::ZlibDecoder::new(&file[at + 8..at + 8 + len]).read_to_end(&mut pixels).unwrap();
            }
            at += 12 + len;
        }
        assert_eq!(pixels.len(), (HEIGHT * (WIDTH + 1)) as usize);
        assert!(pixels.iter().all(|pixel| *pixel < 5));
    }
}
