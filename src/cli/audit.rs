use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use indicatif::ProgressBar;

use super::progress::{verifying, writing};
use super::proof::{self, ProofCommand};
use super::say::{complain, say};
use super::verify_export::{self, manifest_beside};
use super::{Failure, Place, operator, runtime};
use crate::domain::audit_export::ExportFormat;
use crate::domain::audit_filter::{Filter, parse};
use crate::domain::note::VerifierKey;
use crate::store::audit::Verdict;
use crate::workflow::{AuditChunks, ExportAsked};

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
    /// Check an exported file against its manifest, without the log: exit 0 whole, 1 not, 2 could not be run
    VerifyExport {
        /// The file that was exported
        file: PathBuf,
        /// Its manifest; FILE.manifest unless given
        #[arg(long, value_name = "FILE")]
        manifest: Option<PathBuf>,
        /// The log's verifier key, from somewhere you trust; may be given several times
        #[arg(long, value_name = "KEY", required = true)]
        key: Vec<VerifierKey>,
    },
    /// Recompute the chain: exit 0 whole, 1 broken (the first bad entry is named), 2 could not be run
    Verify {
        #[command(flatten)]
        against: proof::Against,
        #[command(flatten)]
        place: Place,
    },
    #[command(flatten)]
    Proof(ProofCommand),
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
        AuditCommand::VerifyExport { file, manifest, key } => verify_export::run(&file, manifest, &key),
        AuditCommand::Verify { against, place } => verify(&against, &place),
        AuditCommand::Proof(command) => proof::run(command),
    }
}

fn format(code: &str) -> Result<ExportFormat, String> {
    let codes: Vec<&str> = ExportFormat::ALL.iter().map(|format| format.code()).collect();
    ExportFormat::from_code(code).ok_or_else(|| format!("must be one of {}", codes.join(", ")))
}

fn export(filter: Filter, format: ExportFormat, out: Option<PathBuf>, place: &Place) -> Result<ExitCode, Failure> {
    let desk = proof::signing_desk_of(place)?;
    let asked = ExportAsked { filter, format, end: None };
    runtime()?.block_on(async {
        let Some(out) = out else {
            let export = desk.export_audit(operator(&desk), asked).await.map_err(Failure::new)?;
            pour(export.chunks, BufWriter::new(std::io::stdout()), None).await?;
            return Ok(ExitCode::SUCCESS);
        };
        let (export, tally) = desk.export_audit_counted(operator(&desk), asked.clone()).await.map_err(Failure::new)?;
        // On the terminal itself the lines are the progress.
        pour(export.chunks, made(&out)?, Some(writing())).await?;
        let counted = tally.await.ok().filter(|_| format.is_proven());
        match counted.and_then(|tally| desk.manifest_of(asked, export.end, tally)) {
            Some(manifest) => pour(manifest, made(&manifest_beside(&out))?, None).await?,
            None if format.is_proven() => complain!("no manifest: there is no key to sign with, set secrets.key"),
            None => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn made(path: &Path) -> Result<BufWriter<File>, Failure> {
    File::create(path).map(BufWriter::new).map_err(|error| Failure(format!("{}: {error}", path.display())))
}

/// Writes the pieces down as they come, until there are no more or nobody reads on.
async fn pour(mut chunks: AuditChunks, mut sink: impl Write, bar: Option<ProgressBar>) -> Result<(), Failure> {
    while let Some(chunk) = chunks.recv().await {
        let chunk = chunk.map_err(Failure::new)?;
        let written = sink.write_all(&chunk);
        if let Some(bar) = &bar {
            bar.inc(chunk.len() as u64);
        }
        if !goes_on(written)? {
            return Ok(());
        }
    }
    goes_on(sink.flush()).map(|_| ())
}

/// Whoever read the output, such as `head`, may have seen enough.
fn goes_on(written: std::io::Result<()>) -> Result<bool, Failure> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true).map_err(Failure::new),
    }
}

fn verify(against: &proof::Against, place: &Place) -> Result<ExitCode, Failure> {
    let desk = proof::signing_desk_of(place)?;
    let held = proof::held_against(against, &desk)?;
    let bar = verifying();
    let moved = bar.clone();
    let tell = move |seq: i64, of: i64| {
        moved.set_length(of.unsigned_abs());
        moved.set_position(seq.unsigned_abs());
    };
    let runtime = runtime()?;
    let verdict = runtime.block_on(desk.verify_audit_telling(tell)).map_err(Failure::new)?;
    bar.finish_and_clear();
    match verdict {
        Verdict::Whole(head) => {
            say!("whole: {} entries, head {}", head.seq, head.hash);
            let fits = runtime.block_on(proof::hold(&desk, &held))?;
            Ok(if fits { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Verdict::Broken { seq, why } => {
            say!("broken at seq {seq}: {why}");
            Ok(ExitCode::FAILURE)
        }
    }
}
