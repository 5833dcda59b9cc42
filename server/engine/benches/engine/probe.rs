//! How often this disk makes 4 KB durable in a second: the yardstick for everything that commits.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

const LASTS: Duration = Duration::from_secs(2);

pub fn fsyncs_per_second(place: &Path) -> f64 {
    let path = place.join("fsync-probe");
    let mut file = File::create(&path).unwrap();
    let (start, mut syncs) = (Instant::now(), 0_u32);
    while start.elapsed() < LASTS {
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&[b'x'; 4096]).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    let rate = f64::from(syncs) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path).unwrap();
    rate
}
