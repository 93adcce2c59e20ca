//! PostgreSQL servers of a test's own, and pgbouncer: from Debian's packages, on free ports, thrown away with their values.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// Kilobytes in memory that are enough for two servers.
const ROOM: u64 = 1_000_000;

/// Where the newest server's programs are.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let number = |path: &Path| path.parent().and_then(|version| version.file_name()?.to_str()?.parse::<u32>().ok());
    let found = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file());
    found.max_by_key(|bin| number(bin))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// In memory, where there is room.
fn folder() -> TempDir {
    let free = Command::new("df").args(["--output=avail", "-k", "/dev/shm"]).output().ok();
    let free = free.and_then(|out| String::from_utf8(out.stdout).ok()?.lines().last()?.trim().parse::<u64>().ok());
    let mut named = tempfile::Builder::new();
    named.prefix("mfa-desk-pg.");
    let folder = match free {
        Some(free) if free > ROOM => named.tempdir_in("/dev/shm"),
        _ => named.tempdir(),
    };
    let folder = folder.unwrap();
    if is_root() {
        assert!(Command::new("chown").arg("postgres:").arg(folder.path()).status().unwrap().success());
    }
    folder
}

/// A command that does not run as root, because the servers refuse to.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    command
}

fn well(what: &str, output: Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{what}:\n{}\n{}", said(&output.stdout), said(&output.stderr));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn kill(pid: &str) {
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success(), "{pid} is not there");
}

/// A server with its data.
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    pub port: u16,
    /// What is acknowledged is on the disk.
    durable: bool,
    _thrown_away: Option<TempDir>,
}

impl Postgres {
    /// Whether there are servers to be had.
    pub fn is_installed() -> bool {
        programs().is_some()
    }

    fn in_memory() -> Self {
        let (bin, folder) = (programs().expect("PostgreSQL is not installed"), folder());
        let path = folder.path().to_owned();
        Self { bin, folder: path, port: free_port(), durable: false, _thrown_away: Some(folder) }
    }

    /// An empty server.
    pub fn start() -> Self {
        let server = Self::in_memory();
        server.init();
        server.go();
        server
    }

    /// A server that has on the disk what it acknowledged, in this folder, where it may have been before; without one, in
    /// a folder that is thrown away.
    pub fn durable(kept: Option<&Path>) -> Self {
        let mut server = Self::in_memory();
        server.durable = true;
        if let Some(kept) = kept {
            std::fs::create_dir_all(kept).unwrap();
            if is_root() {
                assert!(Command::new("chown").arg("postgres:").arg(kept).status().unwrap().success());
            }
            (server.folder, server._thrown_away) = (kept.to_owned(), None);
        }
        if !server.folder.join("data").exists() {
            server.init();
        }
        server.go();
        server
    }

    /// A durable server with its data and its log of what it does in different folders.
    pub fn apart(data: &Path, wal: &Path) -> Self {
        let mut server = Self::in_memory();
        for folder in [data, wal] {
            std::fs::create_dir_all(folder).unwrap();
            if is_root() {
                assert!(Command::new("chown").arg("postgres:").arg(folder).status().unwrap().success());
            }
        }
        (server.folder, server.durable, server._thrown_away) = (data.to_owned(), true, None);
        server.init_with(&["-X", wal.join("log").to_str().unwrap()]);
        server.go();
        server
    }

    fn init(&self) {
        self.init_with(&[]);
    }

    fn init_with(&self, more: &[&str]) {
        let usual = ["-D", "data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N", "-A", "trust"];
        well("initdb", self.run("initdb", &[&usual, more].concat()));
    }

    /// A statement that is not expected to work.
    pub fn fails(&self, sql: &str) {
        let port = self.port.to_string();
        self.run("psql", &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-Atqc", sql]);
    }

    /// A standby that follows another server.
    pub fn following(primary: &Self) -> Self {
        let server = Self::in_memory();
        let port = primary.port.to_string();
        let copy = [
            "-D",
            "data",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "postgres",
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
        ];
        well("pg_basebackup", server.run("pg_basebackup", &copy));
        server.go();
        server
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        command(&self.bin.join(program), &self.folder).args(arguments).output().unwrap()
    }

    /// Starts it, or once more after it died.
    pub fn go(&self) {
        well("pg_ctl start", self.start_it());
    }

    fn try_go(&self) -> bool {
        self.start_it().status.success()
    }

    fn start_it(&self) -> Output {
        let on = |on: bool| if on { "on" } else { "off" };
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} -c fsync={} -c max_connections=120 \
             -c max_wal_size=256MB -c shared_buffers=32MB -c autovacuum={} -c wal_level=replica -c max_wal_senders=4",
            self.port,
            self.folder.display(),
            on(self.durable),
            on(self.durable),
        );
        self.run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-t", "60", "-o", &options, "start"])
    }

    /// Where it listens, for a URL.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.host())
    }

    /// Runs a statement as its owner would.
    pub fn sql(&self, sql: &str) -> String {
        let port = self.port.to_string();
        let output = self.run("psql", &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-Atqc", sql]);
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        well(sql, output);
        said
    }

    /// Ends at once, as after a loss of power: nothing is written any more and nobody is told.
    pub fn die(&self) {
        well("pg_ctl stop", self.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]));
    }

    /// Kills one of the processes that serve this database with SIGKILL, whereupon the server ends all of them and recovers.
    pub fn loses_a_process(&self, database: &str) {
        let pid = format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid() \
             ORDER BY random() LIMIT 1"
        );
        kill(&self.sql(&pid));
        for _ in 0..1200 {
            if self.answers() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the server does not recover");
    }

    /// Whether it takes connections.
    pub fn answers(&self) -> bool {
        let port = self.port.to_string();
        self.run("pg_isready", &["-h", "127.0.0.1", "-p", &port]).status.success()
    }

    /// Its first process is killed with SIGKILL, and it is started again.
    pub fn is_killed(&self) {
        let pids = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        kill(pids.lines().next().unwrap());
        // The others notice that they were left alone, and go.
        std::thread::sleep(std::time::Duration::from_millis(300));
        for _ in 0..20 {
            if self.try_go() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        panic!("the server does not start again");
    }

    /// A standby becomes the server that takes writes.
    pub fn promote(&self) {
        well("pg_ctl promote", self.run("pg_ctl", &["-D", "data", "-w", "-t", "60", "promote"]));
    }

    /// From now on nothing is acknowledged that a standby does not have as well.
    pub fn waits_for_a_standby(&self) {
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        for _ in 0..400 {
            if self.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1" {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("no standby follows synchronously");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that died already has nothing to stop.
        let _ = self.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]);
    }
}

/// pgbouncer in front of a server.
pub struct Pooler {
    child: Child,
    _folder: TempDir,
    pub port: u16,
}

impl Pooler {
    fn program() -> Option<PathBuf> {
        ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(PathBuf::from).into_iter().find(|path| path.is_file())
    }

    pub fn is_installed() -> bool {
        Self::program().is_some()
    }

    /// Starts one in this mode with so many connections to the server.
    pub fn before(server: &str, mode: &str, size: u32) -> Self {
        let (folder, port) = (folder(), free_port());
        let (host, server_port) = server.split_once(':').unwrap();
        let path = folder.path().display();
        let configuration = format!(
            "[databases]\n* = user=postgres host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\n\
             max_client_conn = 300\nlogfile = {path}/log\nquery_wait_timeout = 20\n"
        );
        std::fs::write(folder.path().join("pgbouncer.ini"), configuration).unwrap();
        if is_root() {
            assert!(Command::new("chown").args(["-R", "postgres:"]).arg(folder.path()).status().unwrap().success());
        }
        let mut command = command(&Self::program().expect("pgbouncer is not installed"), folder.path());
        let child = command.args(["-q", "pgbouncer.ini"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let pooler = Self { child, _folder: folder, port };
        for _ in 0..400 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return pooler;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("pgbouncer does not listen");
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
