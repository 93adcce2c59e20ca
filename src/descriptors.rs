//! How many files may be open at once, connections among them, and how many of those browsers get.

use rustix::process::{Resource, getrlimit, setrlimit};

/// More than this nobody needs, and some systems allow a billion.
const ENOUGH: u64 = 65_536;
/// What the database, mails, directories, the log and the threads may have open at once.
const OWN: u64 = 96;
/// With fewer connections than these a busy hour is felt.
const FEW: u64 = 500;

/// Raises the process's own limit as far as the system lets it.
fn raised() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.map_or(ENOUGH, |most| most.min(ENOUGH));
    if limit.current.is_some_and(|current| current < most) {
        let mut higher = limit;
        higher.current = Some(most);
        // Where it is not allowed, what there was has to do.
        let _ = setrlimit(Resource::Nofile, higher);
    }
    getrlimit(Resource::Nofile).current.unwrap_or(ENOUGH)
}

/// How many of so many files connections of browsers may be: what the program needs itself is kept free, so that a flood
/// of connections never takes the database away.
const fn of_browsers(files: u64) -> u64 {
    let own = if files / 2 < OWN { files / 2 } else { OWN };
    files - own
}

/// How many connections of browsers may be open at once. Says so where they are few.
#[must_use]
pub fn for_browsers() -> u64 {
    let files = raised();
    let connections = of_browsers(files);
    if connections < FEW {
        tracing::warn!(files, connections, "few files may be open at once (LimitNOFILE): connections beyond wait");
    }
    connections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_needs_is_kept_free() {
        assert_eq!(of_browsers(64), 32);
        assert_eq!(of_browsers(191), 96);
        assert_eq!(of_browsers(256), 160);
        assert_eq!(of_browsers(65_536), 65_440);
    }
}
