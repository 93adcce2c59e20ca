//! The process itself, under the names that Prometheus' own libraries use.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Read anew each time somebody asks.
#[derive(Debug)]
pub(super) struct Process;

fn write(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, metric: &impl EncodeMetric) -> std::fmt::Result {
    metric.encode(to.encode_descriptor(name, help, None, metric.metric_type())?)
}

impl Collector for Process {
    fn encode(&self, mut to: DescriptorEncoder<'_>) -> std::fmt::Result {
        // Where they cannot be read they are missing, which is what Prometheus expects.
        if let Some(read) = usage() {
            let rss = ConstGauge::new(read.resident);
            write(&mut to, "process_resident_memory_bytes", "Memory that is held in RAM", &rss)?;
            let vsize = ConstGauge::new(read.addressed);
            write(&mut to, "process_virtual_memory_bytes", "Memory that is addressed", &vsize)?;
            let cpu = ConstCounter::new(read.cpu_seconds);
            write(&mut to, "process_cpu_seconds", "Time on a processor", &cpu)?;
            let threads = ConstGauge::new(read.threads);
            write(&mut to, "process_threads", "Threads", &threads)?;
            let open = ConstGauge::new(read.open_files);
            write(&mut to, "process_open_fds", "Open file descriptors", &open)?;
            if let Some(most) = read.most_files {
                write(&mut to, "process_max_fds", "Most file descriptors that may be open", &ConstGauge::new(most))?;
            }
        }
        Ok(())
    }
}

struct Usage {
    resident: u64,
    addressed: u64,
    cpu_seconds: f64,
    threads: i64,
    open_files: u64,
    most_files: Option<u64>,
}

#[cfg(target_os = "linux")]
fn usage() -> Option<Usage> {
    use procfs::process::{LimitValue, Process};
    let process = Process::myself().ok()?;
    let stat = process.stat().ok()?;
    let most_files = match process.limits().ok()?.max_open_files.soft_limit {
        LimitValue::Value(most) => Some(most),
        LimitValue::Unlimited => None,
    };
    Some(Usage {
        resident: stat.rss.saturating_mul(procfs::page_size()),
        addressed: stat.vsize,
        cpu_seconds: (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64,
        threads: stat.num_threads,
        open_files: process.fd_count().ok()?.try_into().ok()?,
        most_files,
    })
}

#[cfg(not(target_os = "linux"))]
fn usage() -> Option<Usage> {
    None
}
