//! What this process has used: proc(5).

use std::fs;

/// User and system time of all threads; of children nothing. Clock ticks are hundredths of a second.
pub fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // After the name, which may hold anything: `state` is the third field, utime the 14th, stime the 15th.
    let after = stat.rsplit_once(") ").unwrap().1;
    let ticks = after.split(' ').skip(11).take(2).map(|field| field.parse::<u32>().unwrap()).sum::<u32>();
    f64::from(ticks) / 100.0
}

/// The most memory it ever had, in MB.
pub fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes.div_ceil(1024)
}
