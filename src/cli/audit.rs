use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::progress::{verifying, writing};
use super::{Failure, Place, existing_desk_of, operator, runtime};
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::{Filter, parse};
use crate::store::audit::Verdict;

#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Write the log, oldest entry first
    Export {
        /// From this day or time on, such as 2026-11-24 or 2026-11-24T09:00:00Z
        #[arg(long, default_value = "", hide_default_value = true)]
        from: String,
        /// Up to this day (included) or time (not included)
        #[arg(long, default_value = "", hide_default_value = true)]
        to: String,
        /// Only this case
        #[arg(long, default_value = "", hide_default_value = true)]
        case: String,
        /// Only this agent's address, or this kind: customer, owner, administrator, agent, supervisor, auditor, admin, system, operator
        #[arg(long, default_value = "", hide_default_value = true)]
        actor: String,
        /// Only this action, or all below it when it ends in a dot, such as `case.`
        #[arg(long, default_value = "", hide_default_value = true)]
        action: String,
        /// How: csv, jsonl (one JSON object a line) or ocsf (one OCSF event a line)
        #[arg(long, default_value = "csv", value_parser = format)]
        format: ExportFormat,
        /// Write to this file instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Recompute the chain: exit 0 whole, 1 broken (the first bad entry is named), 2 could not be run
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: AuditCommand) -> Result<ExitCode, Failure> {
    match command {
        AuditCommand::Export { from, to, case, actor, action, format, out, place } => {
            let filter = parse(&from, &to, &case, &actor, &action).map_err(|errors| {
                let lines: Vec<String> = errors.iter().map(|(field, wrong)| format!("--{field}: {wrong}")).collect();
                Failure(lines.join("\n"))
            })?;
            export(filter, format, out, &place)
        }
        AuditCommand::Verify { place } => verify(&place),
    }
}

fn format(code: &str) -> Result<ExportFormat, String> {
    let codes: Vec<&str> = ExportFormat::ALL.iter().map(|format| format.code()).collect();
    ExportFormat::from_code(code).ok_or_else(|| format!("must be one of {}", codes.join(", ")))
}

fn export(filter: Filter, format: ExportFormat, out: Option<PathBuf>, place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let mut sink: Box<dyn Write> = match &out {
        Some(path) => {
            let file = File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(std::io::stdout())),
    };
    runtime()?.block_on(async {
        let mut chunks = desk.export_audit(operator(&desk), filter, format).await.map_err(Failure::new)?;
        // On the terminal itself the lines are the progress.
        let bar = out.as_ref().map(|_| writing());
        while let Some(chunk) = chunks.recv().await {
            let chunk = chunk.map_err(Failure::new)?;
            let written = sink.write_all(&chunk);
            if let Some(bar) = &bar {
                bar.inc(chunk.len() as u64);
            }
            if !goes_on(written)? {
                return Ok(ExitCode::SUCCESS);
            }
        }
        goes_on(sink.flush())?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Whoever read the output, such as `head`, may have seen enough.
fn goes_on(written: std::io::Result<()>) -> Result<bool, Failure> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true).map_err(Failure::new),
    }
}

fn verify(place: &Place) -> Result<ExitCode, Failure> {
    let desk = existing_desk_of(place)?;
    let bar = verifying();
    let moved = bar.clone();
    let tell = move |seq: i64, of: i64| {
        moved.set_length(of.unsigned_abs());
        moved.set_position(seq.unsigned_abs());
    };
    let verdict = runtime()?.block_on(desk.verify_audit_telling(tell)).map_err(Failure::new)?;
    bar.finish_and_clear();
    match verdict {
        Verdict::Whole(head) => {
            println!("whole: {} entries, head {}", head.seq, head.hash);
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { seq, why } => {
            println!("broken at seq {seq}: {why}");
            Ok(ExitCode::FAILURE)
        }
    }
}
