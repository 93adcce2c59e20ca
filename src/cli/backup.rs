use std::path::Path;
use std::process::ExitCode;

use super::progress::verifying;
use super::say::{complain, say};
use super::{Failure, Place, existing_desk_with, operator, runtime, settings_of};
use crate::config::DatabaseUrl;
use crate::store::audit::Verdict;
use crate::store::backup::{NotCopied, copy};
use crate::store::{Purpose, is_up_to_date, open};

/// What no copy of the database has in it.
const NOT_IN_IT: &str = "not in it: the configuration, the keys (secrets.key, secrets.data_keys, those of mails and \
                         subscribers), certificates. Without the keys nobody opens its documents and authenticators; \
                         keep them, but not beside it.";

pub(super) fn run(file: &Path, place: &Place) -> Result<ExitCode, Failure> {
    let settings = settings_of(place)?;
    let url = settings.database.url.clone();
    let DatabaseUrl::Sqlite(database) = &url else { return Err(Failure::new(NotCopied::Server)) };
    if !database.is_file() {
        return Err(Failure(format!("{}: there is no database", database.display())));
    }
    if file.exists() {
        return Err(Failure::new(NotCopied::Exists(file.to_owned())));
    }
    // A copy is made before an upgrade, of all times: it must not bring the tables up to date.
    let current = is_up_to_date(&mut open(&url, Purpose::Read).map_err(Failure::new)?).map_err(Failure::new)?;
    if current {
        let desk = existing_desk_with(&settings)?;
        let act = operator(&desk);
        runtime()?.block_on(desk.note_backup(act)).map_err(Failure::new)?;
    }
    let bar = verifying();
    let moved = bar.clone();
    let copied = copy(&url, file, move |seq, of| {
        moved.set_length(of.unsigned_abs());
        moved.set_position(seq.unsigned_abs());
    })
    .map_err(Failure::new)?;
    bar.finish_and_clear();
    say!("copied to {}: {} bytes, on the disk", file.display(), copied.size);
    if !current {
        say!("its tables are those of an older version; the copy is not recorded in the log");
    }
    say!("{NOT_IN_IT}");
    match copied.log {
        Verdict::Whole(head) => {
            say!("its log is whole: {} entries, head {}", head.seq, head.hash);
            Ok(ExitCode::SUCCESS)
        }
        Verdict::Broken { seq, why } => {
            complain!(
                "mfa-desk: ITS LOG IS BROKEN at entry {seq}: {why}. The copy was kept; do not let it take a whole one's place."
            );
            Ok(ExitCode::FAILURE)
        }
    }
}
