//! The package of the relay, installed below a folder by `dpkg`, with a `systemctl` that only writes down what it is
//! asked for.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A machine that has nothing else.
struct Machine {
    folder: TempDir,
}

impl Machine {
    /// Nothing where there is no `dpkg`.
    fn new() -> Option<Self> {
        let version = std::panic::catch_unwind(|| {
            crate::run("dpkg", |dpkg| {
                dpkg.arg("--version");
            })
        });
        let missing = version.is_err().then(|| "dpkg".to_owned());
        if !testing::has_installed(missing) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let machine = Self { folder };
        for path in [
            "root/var/lib/dpkg/updates",
            "root/var/lib/dpkg/info",
            "root/run/systemd/system",
            "bin",
        ] {
            std::fs::create_dir_all(machine.path(path)).unwrap();
        }
        for path in ["status", "available"] {
            std::fs::write(machine.path("root/var/lib/dpkg").join(path), "").unwrap();
        }
        let systemctl = machine.path("bin/systemctl");
        let script = format!(
            "#!/bin/sh\necho \"$@\" >> {}\n",
            machine.path("asked").display()
        );
        std::fs::write(&systemctl, script).unwrap();
        std::fs::set_permissions(&systemctl, Permissions::from_mode(0o755)).unwrap();
        Some(machine)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// What `dpkg` says.
    fn dpkg(&self, arguments: &[&str], package: &Path) -> String {
        let path = format!(
            "{}:{}",
            self.path("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let done = crate::run("dpkg", |dpkg| {
            dpkg.arg("--root").arg(self.path("root"));
            // Whatever the package needs, and whoever runs this.
            dpkg.args([
                "--force-script-chrootless",
                "--force-depends",
                "--force-not-root",
                "--force-architecture",
            ]);
            dpkg.args(arguments)
                .arg(package)
                .env("PATH", path)
                .env("LC_ALL", "C");
        });
        let said = [done.stdout, done.stderr]
            .map(|said| String::from_utf8(said).unwrap())
            .concat();
        assert!(done.status.success(), "{said}");
        said
    }

    /// What `systemctl` was asked for since the last time.
    fn asked(&self) -> Vec<String> {
        let asked = std::fs::read_to_string(self.path("asked")).unwrap_or_default();
        std::fs::remove_file(self.path("asked")).ok();
        asked.lines().map(str::to_owned).collect()
    }
}

#[test]
fn an_upgrade_restarts_a_running_relay_and_purging_leaves_its_key_and_says_where() {
    let Some(machine) = Machine::new() else {
        return;
    };
    let out = machine.path("packages");
    assert!(crate::pack(&out).status.success());
    let package = out.join("chat-server_0.1.0_amd64.deb");

    machine.dpkg(&["--install"], &package);
    assert_eq!(machine.asked(), ["daemon-reload"]);
    let program = machine.path("root/usr/bin/chat-server");
    assert_eq!(
        std::fs::read_to_string(&program).unwrap(),
        "#!/bin/sh\n# chat-server\n"
    );
    assert_eq!(
        std::fs::metadata(&program).unwrap().permissions().mode() & 0o777,
        0o755
    );

    machine.dpkg(&["--install"], &package);
    // The old package's `postrm`, then the new one's `postinst`.
    assert_eq!(
        machine.asked(),
        [
            "daemon-reload",
            "daemon-reload",
            "try-restart chat-server.service"
        ]
    );

    let name = Path::new("chat-server");
    assert_eq!(machine.dpkg(&["--verify"], name), "");
    std::fs::write(&program, "damaged").unwrap();
    let found = machine.dpkg(&["--verify"], name);
    assert!(found.contains("/usr/bin/chat-server"), "{found}");

    let data = machine.path("root/var/lib/private/chat-server");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("relay.key"), "key").unwrap();
    let purged = machine.dpkg(&["--purge"], name);
    assert!(
        machine
            .asked()
            .contains(&"--no-reload disable --now chat-server.service".to_owned())
    );
    let left =
        "chat-server: /var/lib/private/chat-server is left (the relay's key, names, mail and logs)";
    assert!(purged.contains(left), "{purged}");
    assert!(data.join("relay.key").exists() && !program.exists());
    assert!(!machine.path("root/etc/chat-server/config.toml").exists());
}
