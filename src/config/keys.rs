//! Reading the settings' parts: the file, the environment, single keys; and their checks.

use super::{Config, Environment, LogFormat, MailSecurity, Secret};
use crate::connectors::mail::is_address;
use crate::domain::catalog::Catalog;
use crate::domain::language::Language;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A setting that cannot be used: where it stands, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place} {problem}")]
pub struct ConfigError {
    /// The file with key and line, the variable, or the key.
    pub place: String,
    pub problem: String,
}

impl ConfigError {
    #[must_use]
    pub fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }
}

/// A variable with this ending names a file that holds the secret.
const FROM_FILE: &str = "_file";

/// What to write for a key whose type does not say it by itself.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("server", "listen", "an address and port such as 127.0.0.1:8080"),
    ("server", "public_url", "an address such as https://host"),
    ("server", "request_timeout_seconds", "seconds"),
    ("server", "body_limit_bytes", "a number of bytes"),
    ("server", "trust_forwarded", "true or false"),
    ("server", "workers", "a number"),
    ("server", "language", "en or de"),
    ("mail", "port", "a port number"),
    ("mail", "security", "starttls, tls or none"),
    ("log", "format", "text or json"),
];

fn expected(section: &str, key: &str) -> Option<&'static str> {
    EXPECTED.iter().find(|known| (known.0, known.1) == (section, key)).map(|known| known.2)
}

/// The business configuration of a file, as it is written there.
///
/// # Errors
/// The file cannot be read or is not one: the error names line and key.
pub fn business(path: &Path) -> Result<Catalog, ConfigError> {
    parse(path, "write it, or take business.file out of the settings")
}

/// A TOML file as `T`; `missing` says what to do when it cannot be read.
fn parse<T: DeserializeOwned>(path: &Path, missing: &str) -> Result<T, ConfigError> {
    let place = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| ConfigError::new(place.to_string(), format!("cannot be read ({e}): {missing}")))?;
    let broken = |line: usize, key: &str, problem: &str| {
        let name = if key == "." { String::new() } else { format!(", key {key}") };
        let hint = key.split_once('.').and_then(|(section, key)| expected(section, key));
        let hint = hint.map_or(String::new(), |hint| format!(": write {hint}"));
        ConfigError::new(format!("{place}, line {line}{name}:"), format!("{}{hint}", problem.trim()))
    };
    let line = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        text.get(..start).map_or(1, |before| before.matches('\n').count() + 1)
    };
    let reader = toml::Deserializer::parse(&text).map_err(|e| broken(line(&e), ".", e.message()))?;
    serde_path_to_error::deserialize(reader)
        .map_err(|e| broken(line(e.inner()), &e.path().to_string(), e.inner().message()))
}

/// The line of `section.key` in a TOML file, if it stands there.
fn line_of(path: &Path, place: &str) -> Option<usize> {
    let text = std::fs::read_to_string(path).ok()?;
    let (section, key) = place.split_once('.')?;
    let mut inside = String::new();
    for (at, line) in text.lines().map(str::trim).enumerate() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            name.0.trim().clone_into(&mut inside);
        }
        let named = line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
        if inside == section && named {
            return Some(at + 1);
        }
    }
    None
}

impl Config {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        parse(path, "write it, or name another with --config")
    }

    /// [`Config::check`], whose error then says where the value comes from.
    pub(super) fn check_found(
        &self,
        found: Option<&Path>,
        environment: &Environment,
    ) -> Result<(), ConfigError> {
        self.check().map_err(|error| {
            let variable = format!("REFEREE_{}", error.place.to_ascii_uppercase().replace('.', "__"));
            let set = environment.keys().find(|name| name.eq_ignore_ascii_case(&variable));
            let place = match (set, found) {
                (Some(name), _) => Some(format!("the variable {name}, {}", error.place)),
                (None, Some(file)) => line_of(file, &error.place)
                    .map(|line| format!("{}, line {line}, key {}:", file.display(), error.place)),
                _ => None,
            };
            ConfigError::new(place.unwrap_or(error.place), error.problem)
        })
    }

    /// Lays the environment over the settings.
    pub(super) fn apply_environment(&mut self, environment: &Environment) -> Result<(), ConfigError> {
        for (name, value) in environment {
            let words = name.strip_prefix("REFEREE_").and_then(|words| words.split_once("__"));
            let Some((section, key)) = words else { continue };
            let (section, key) = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
            let read = key.strip_suffix(FROM_FILE).filter(|key| is_secret(&section, key));
            let set = match read {
                Some(key) => std::fs::read_to_string(value)
                    .map_err(|e| format!("names {value}, which cannot be read: {e}"))
                    .and_then(|text| self.set(&section, key, text.trim_end_matches(['\r', '\n']))),
                None => self.set(&section, &key, value),
            };
            set.map_err(|problem| ConfigError::new(format!("the variable {name}"), problem))?;
        }
        Ok(())
    }

    /// Sets one key from text, as the environment and the command line do.
    ///
    /// # Errors
    /// There is no such key, or the text is not a value of it; the text says what to write.
    pub fn set(&mut self, section: &str, key: &str, text: &str) -> Result<(), String> {
        let (server, mail) = (&mut self.server, &mut self.mail);
        let hint = expected(section, key).unwrap_or_default();
        match (section, key) {
            ("server", "listen") => server.listen = parsed(text, hint)?,
            ("server", "public_url") => server.public_url = Some(parsed(text, hint)?),
            ("server", "request_timeout_seconds") => server.request_timeout_seconds = parsed(text, hint)?,
            ("server", "body_limit_bytes") => server.body_limit_bytes = parsed(text, hint)?,
            ("server", "trust_forwarded") => server.trust_forwarded = parsed(text, hint)?,
            ("server", "workers") => server.workers = parsed(text, hint)?,
            ("server", "language") => server.language = parsed(text, hint)?,
            ("store", "url") => self.store.url = Some(Secret::new(text)),
            ("data", "folder") => self.data.folder = Some(PathBuf::from(text)),
            ("mail", "host") => mail.host = Some(text.to_owned()),
            ("mail", "port") => mail.port = parsed(text, hint)?,
            ("mail", "from") => mail.from = Some(text.to_owned()),
            ("mail", "to") => mail.to = text.split(',').map(|to| to.trim().to_owned()).collect(),
            ("mail", "user") => mail.user = Some(text.to_owned()),
            ("mail", "password") => mail.password = Some(Secret::new(text)),
            ("mail", "security") => mail.security = parsed(text, hint)?,
            ("log", "level") => self.log.level = text.to_owned(),
            ("log", "format") => self.log.format = parsed(text, hint)?,
            _ => return Err(format!("means {section}.{key}, and there is no such setting")),
        }
        Ok(())
    }

    /// Checks what no type can say.
    ///
    /// # Errors
    /// A value cannot be used: the error names the key and what to write.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key: &str, problem: &str| Err(ConfigError::new(key, problem));
        if let Some(url) = &self.server.public_url {
            let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !bare {
                return wrong("server.public_url", "must be like https://referee.example.com, with no path");
            }
        }
        if self.server.request_timeout_seconds == 0 {
            return wrong(
                "server.request_timeout_seconds",
                "is 0, so no request could be answered: 30 is usual",
            );
        }
        if self.server.body_limit_bytes < 1024 {
            return wrong("server.body_limit_bytes", "is too small for a form: 2097152 is usual");
        }
        if let Some(url) = &self.store.url {
            let scheme = url.expose().split_once(':').map_or("", |(scheme, _)| scheme);
            if !matches!(scheme, "sqlite" | "postgres" | "postgresql") {
                return wrong("store.url", "must start with postgres:// or sqlite://");
            }
        }
        if self.mail.host.is_some() && (self.mail.from.is_none() || self.mail.to.is_empty()) {
            return wrong(
                "mail.host",
                "is set, so mail.from and mail.to must be set as well: who sends, and who gets the alerts",
            );
        }
        let address = |key: &str, text: &str| {
            let problem = format!("is {text:?}, which is no mail address: write one like it@example.com");
            if is_address(text) { Ok(()) } else { wrong(key, &problem) }
        };
        self.mail.from.iter().try_for_each(|from| address("mail.from", from))?;
        self.mail.to.iter().try_for_each(|to| address("mail.to", to))?;
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log.level) {
            return wrong("log.level", &format!("is no level or filter ({error}): info is usual"));
        }
        Ok(())
    }
}

fn is_secret(section: &str, key: &str) -> bool {
    matches!((section, key), ("store", "url") | ("mail", "password"))
}

fn parsed<T: FromStr>(text: &str, expected: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("is {text:?}: write {expected}"))
}

impl FromStr for Language {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|language| language.tag() == text).ok_or(())
    }
}

impl FromStr for MailSecurity {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "starttls" => Ok(Self::Starttls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err(()),
        }
    }
}

impl FromStr for LogFormat {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("referee.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
        let (_folder, path) = file("[server]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n");
        let secret = path.with_file_name("password");
        std::fs::write(&secret, "postgres://u:hunter2@h/d\n").unwrap();
        let vars = [
            ("HOME", "/home/ana"),
            ("REFEREE_SERVER__LISTEN", "127.0.0.1:2"),
            ("REFEREE_STORE__URL_FILE", secret.to_str().unwrap()),
        ];
        let (config, found) = Config::load(Some(&path), &environment(&vars)).unwrap();
        assert_eq!(found.as_deref(), Some(path.as_path()));
        assert_eq!((config.server.listen.port(), config.server.workers), (2, 3));
        assert_eq!(config.server.request_timeout_seconds, 30);
        assert_eq!(config.folder().unwrap(), Path::new("/home/ana/.local/share/referee"));
        assert_eq!(config.store.url.as_ref().unwrap().expose(), "postgres://u:hunter2@h/d");
        assert!(!config.shown().contains("hunter2") && !format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let says = |text: &str| {
            let (_folder, path) = file(text);
            Config::load(Some(&path), &environment(&[("HOME", "/h")])).unwrap_err().to_string()
        };
        let unknown = says("[server]\nlisten = \"127.0.0.1:1\"\nlistne = 1\n");
        assert!(unknown.contains("referee.toml, line 3") && unknown.contains("listne"), "{unknown}");
        let kind = says("[server]\n\nworkers = \"many\"\n");
        assert!(kind.contains("line 3") && kind.contains("server.workers"), "{kind}");
        assert!(says("[server\n").contains("line 1"));
        assert!(says("[server]\npublic_url = \"ftp://x\"\n").contains("server.public_url"));
        assert!(says("[log]\nlevel = \"=,=\"\n").contains("log.level"));
        assert!(says("[store]\nurl = \"mysql://x\"\n").contains("postgres://"));
    }

    #[test]
    fn an_unknown_variable_is_named() {
        let says = |name: &str, value: &str| {
            Config::default().apply_environment(&environment(&[(name, value)])).unwrap_err().to_string()
        };
        assert!(Config::load(Some(Path::new("/nonexistent")), &environment(&[])).is_err());
        assert!(says("REFEREE_SERVER__PROT", "1").contains("REFEREE_SERVER__PROT means server.prot"));
        assert!(says("REFEREE_SERVER__WORKERS", "x").contains("a number"));
    }
}
