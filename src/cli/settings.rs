//! The settings of a session: a flag goes before the environment, that before the configuration file, that
//! before the default; and each value knows where it came from.

use std::env;
use std::fmt::{self, Write as _};
use std::net::IpAddr;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::exit::UsageError;
use crate::live::hook::Action;
use crate::safety::table::TABLE as RULES;
use crate::safety::tuning::{OTHER_SECTIONS, Tuning};
use crate::settings_file::Fault;

/// What can be set. In the order of [`TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Sensor,
    Thigh,
    Treadmill,
    Heart,
    Person,
    Plan,
    Record,
    Mute,
    Metronome,
    Web,
    Port,
    Listen,
    Open,
    Command,
    StopTreadmill,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Any text; empty is none.
    Text,
    /// true or false.
    Switch,
    /// A port.
    Port,
    /// An address to listen on.
    Address,
    /// What is done at a stop.
    Action,
}

/// One setting.
struct Row {
    key: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    what: &'static str,
}

const fn row(
    key: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    what: &'static str,
) -> Row {
    Row { key, env, kind, default, what }
}

static TABLE: [Row; 15] = [
    row(
        "live.sensor",
        "RETROGAIT_SENSOR",
        Kind::Text,
        "",
        "The shank sensor, by the name it was paired with.",
    ),
    row("live.thigh", "RETROGAIT_THIGH", Kind::Text, "", "The thigh sensor; empty is none."),
    row("live.treadmill", "RETROGAIT_TREADMILL", Kind::Text, "", "The treadmill; empty is none."),
    row("live.heart", "RETROGAIT_HEART", Kind::Text, "", "The heart-rate strap; empty is none."),
    row(
        "live.person",
        "RETROGAIT_PERSON",
        Kind::Text,
        "",
        "Who walks: a name of `retrogait person list`, or a person file; empty is nobody in particular.",
    ),
    row(
        "live.plan",
        "RETROGAIT_PLAN",
        Kind::Text,
        "",
        "The plan that is followed (`retrogait plan list`); empty is none.",
    ),
    row(
        "live.record",
        "RETROGAIT_RECORD",
        Kind::Switch,
        "false",
        "Whether every session is recorded to a file.",
    ),
    row("screen.mute", "RETROGAIT_MUTE", Kind::Switch, "false", "No sound."),
    row("screen.metronome", "RETROGAIT_METRONOME", Kind::Switch, "false", "Tick the plan's target cadence."),
    row("page.web", "RETROGAIT_WEB", Kind::Switch, "false", "Serve every session as a page as well."),
    row("page.port", "RETROGAIT_PORT", Kind::Port, "8737", "The port of the page."),
    row(
        "page.listen",
        "RETROGAIT_LISTEN",
        Kind::Address,
        "127.0.0.1",
        "The address that the page is served at. On any but this machine's own a token is needed, which is\nprinted; nothing is encrypted.",
    ),
    row("page.open", "RETROGAIT_OPEN", Kind::Switch, "false", "Open the page in a browser."),
    row(
        "stop.command",
        "RETROGAIT_ON_STOP",
        Kind::Action,
        "",
        "Run at a stop, with the alert as JSON on its standard input; or an http:// address to post it to.",
    ),
    row(
        "stop.treadmill",
        "RETROGAIT_STOP_TREADMILL",
        Kind::Switch,
        "false",
        "Ask the treadmill to stop at a stop alert. It must have been paired with `--may-stop`.\nTHIS DOES NOT REPLACE THE SAFETY CLIP: a machine may refuse, and a link may be down.",
    ),
];

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    /// On this line.
    File(usize),
    /// This variable.
    Environment(&'static str),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(line) => write!(f, "file, line {line}"),
            Self::Environment(name) => write!(f, "environment, {name}"),
            Self::Flag => f.write_str("flag"),
        }
    }
}

impl Kind {
    /// What is wrong with a value, if anything is.
    fn check(self, text: &str) -> Result<(), String> {
        match self {
            Self::Text => Ok(()),
            Self::Switch => match text {
                "true" | "false" => Ok(()),
                _ => Err("it is true or false".into()),
            },
            Self::Port => text.parse::<u16>().map(drop).map_err(|_| "a port is from 0 to 65535".into()),
            Self::Address => {
                text.parse::<IpAddr>().map(drop).map_err(|_| "an address is like 127.0.0.1 or 0.0.0.0".into())
            }
            Self::Action if text.is_empty() => Ok(()),
            Self::Action => text.parse::<Action>().map(drop),
        }
    }
}

/// The settings in force.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    values: Vec<(String, Origin)>,
    /// The limits of the rules.
    pub(super) rules: Tuning,
}

impl Default for Settings {
    fn default() -> Self {
        let values = TABLE.iter().map(|r| (r.default.to_owned(), Origin::Default)).collect();
        Self { values, rules: Tuning::default() }
    }
}

impl Settings {
    /// Takes the text of a configuration file; `name` is what errors call it.
    pub(super) fn file(&mut self, text: &str, name: &str) -> anyhow::Result<()> {
        self.rules = Tuning::parse(text, name)?;
        self.sections(text).map_err(|(offset, what)| {
            let fault = Fault::at(text, offset, what);
            anyhow::anyhow!("{name}:{fault}")
        })
    }

    fn sections(&mut self, text: &str) -> Result<(), (usize, String)> {
        let file = DeTable::parse(text).map_err(|e| (e.span().map_or(0, |s| s.start), e.message().into()))?;
        for (section, body) in file.get_ref() {
            let name: &str = section.get_ref();
            if !OTHER_SECTIONS.contains(&name) {
                continue;
            }
            let DeValue::Table(body_table) = body.get_ref() else {
                return Err((
                    body.span().start,
                    format!("{name} is a section: write [{name}] above its keys"),
                ));
            };
            for (key, value) in body_table {
                let full = format!("{name}.{}", key.get_ref());
                let Some(at) = TABLE.iter().position(|r| r.key == full) else {
                    let near = TABLE
                        .iter()
                        .filter_map(|r| r.key.strip_prefix(name)?.strip_prefix('.'))
                        .min_by_key(|k| strsim::damerau_levenshtein(k, key.get_ref()))
                        .unwrap_or_default();
                    let what =
                        format!("there is no key `{}` in [{name}]; the nearest is `{near}`", key.get_ref());
                    return Err((key.span().start, what));
                };
                let (kind, start) = (TABLE[at].kind, value.span().start);
                let text_of = match value.get_ref() {
                    DeValue::String(s) if kind != Kind::Switch && kind != Kind::Port => s.to_string(),
                    DeValue::Boolean(b) if kind == Kind::Switch => b.to_string(),
                    DeValue::Integer(i) if kind == Kind::Port => i.as_str().to_owned(),
                    _ => {
                        let want = match kind {
                            Kind::Switch => "true or false",
                            Kind::Port => "a whole number",
                            _ => "a text in quotation marks",
                        };
                        return Err((start, format!("{} is {want}", key.get_ref())));
                    }
                };
                kind.check(&text_of).map_err(|e| (start, format!("{}: {e}", key.get_ref())))?;
                self.values[at] = (text_of, Origin::File(Fault::at(text, start, "").line));
            }
        }
        Ok(())
    }

    /// Takes the environment.
    pub(super) fn environment(&mut self, get: impl Fn(&str) -> Option<String>) -> Result<(), UsageError> {
        for (row, value) in TABLE.iter().zip(&mut self.values) {
            let Some(text) = get(row.env) else { continue };
            row.kind.check(&text).map_err(|e| {
                UsageError::new(format!("{}=`{text}` cannot be: {e}", row.env))
                    .help("change it, or leave it out of the environment")
            })?;
            *value = (text, Origin::Environment(row.env));
        }
        Ok(())
    }

    /// Takes a flag, if it was given.
    pub(super) fn flag(&mut self, key: Key, given: Option<impl ToString>) {
        if let Some(text) = given {
            self.values[key as usize] = (text.to_string(), Origin::Flag);
        }
    }

    /// A text; `None` when it is empty.
    pub(super) fn text(&self, key: Key) -> Option<&str> {
        Some(self.values[key as usize].0.as_str()).filter(|t| !t.is_empty())
    }

    /// Whether something is on.
    pub(super) fn is_on(&self, key: Key) -> bool {
        self.values[key as usize].0 == "true"
    }

    /// Where a value came from.
    pub(super) fn origin(&self, key: Key) -> Origin {
        self.values[key as usize].1
    }

    /// A value that was checked when it came in.
    pub(super) fn parsed<T: std::str::FromStr>(&self, key: Key) -> Option<T> {
        self.text(key)?.parse().ok()
    }

    /// Every value, and where it came from.
    pub(super) fn print(&self) -> String {
        let mut rows: Vec<(String, String)> = TABLE
            .iter()
            .zip(&self.values)
            .map(|(row, (text, origin))| {
                (format!("{} = {}", row.key, shown(row.kind, text)), origin.to_string())
            })
            .collect();
        if let Some(planned) = self.rules.planned {
            let word = serde_json::to_value(planned).unwrap_or_default();
            rows.push((format!("plan.direction = {word}"), "file".into()));
        }
        for (rule, limit) in self.rules.changed() {
            rows.push(match limit {
                None => (format!("rules.{}.enabled = false", rule.word()), "file".into()),
                Some((key, value, default)) => {
                    (format!("rules.{}.{key} = {value}", rule.word()), format!("file (default {default})"))
                }
            });
        }
        let width = rows.iter().map(|(r, _)| r.chars().count()).max().unwrap_or(0).min(48);
        let mut out = String::new();
        for (row, origin) in rows {
            let _ = writeln!(out, "{row:<width$}  # {origin}");
        }
        if self.rules.changed().next().is_none() {
            out.push_str("# the limits of all rules are the defaults: `retrogait rules` lists them\n");
        }
        out
    }
}

fn shown(kind: Kind, text: &str) -> String {
    match kind {
        Kind::Switch | Kind::Port => text.to_owned(),
        // As JSON writes it: TOML reads that.
        Kind::Text | Kind::Address | Kind::Action => Value::from(text).to_string(),
    }
}

/// The configuration file with every setting at its default, explained.
pub(super) fn explained() -> String {
    let mut out = String::from(
        "# Settings of retrogait. Every line that begins with `# ` and a key stands for its default: take the\n\
         # `# ` away to change it. A flag goes before the variable of the environment that is named beside\n\
         # it, that before this file. `retrogait config --print` shows what is in force, and why.\n",
    );
    let mut section = "";
    for row in &TABLE {
        let Some((of, key)) = row.key.split_once('.') else { continue };
        if of != section {
            let _ = write!(out, "\n[{of}]\n");
            section = of;
        }
        for line in row.what.lines() {
            let _ = writeln!(out, "#: {line}");
        }
        let _ = writeln!(out, "# {key} = {}    # {}", shown(row.kind, row.default), row.env);
    }
    out.push_str(
        "\n#: The way that is walked in sessions without a plan, \"backward\" or \"forward\": walking the other\n\
         #: way is then told. Nothing is expected unless it is set.\n[plan]\n# direction = \"backward\"\n\n\
         #: Limits of the safety rules, and whether a rule is on at all; `retrogait rules` says what each means.\n",
    );
    for info in &RULES {
        let _ = writeln!(out, "\n[rules.{}]\n# enabled = true", info.name);
        for limit in info.limits {
            let unit = if limit.unit.is_empty() { String::new() } else { format!("    # {}", limit.unit) };
            let _ = writeln!(out, "# {} = {}{unit}", limit.key, limit.default);
        }
    }
    out
}

/// The environment of this program.
pub(super) fn environment(name: &str) -> Option<String> {
    env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_rows_are_in_one_order() {
        for (key, name) in [
            (Key::Sensor, "live.sensor"),
            (Key::Record, "live.record"),
            (Key::Mute, "screen.mute"),
            (Key::Port, "page.port"),
            (Key::Open, "page.open"),
            (Key::StopTreadmill, "stop.treadmill"),
        ] {
            assert_eq!(TABLE[key as usize].key, name);
        }
        for (row, (text, _)) in TABLE.iter().zip(&Settings::default().values) {
            assert_eq!(row.kind.check(text), Ok(()), "{}", row.key);
            assert!(OTHER_SECTIONS.iter().any(|s| row.key.starts_with(s)), "{}", row.key);
        }
    }

    #[test]
    fn a_flag_goes_before_the_environment_that_before_the_file_that_before_the_default() {
        let mut s = Settings::default();
        assert_eq!((s.text(Key::Plan), s.origin(Key::Plan)), (None, Origin::Default));
        s.file("[live]\nplan = \"first\"\nsensor = \"shin\"\n[page]\nport = 9000\n", "x").unwrap();
        assert_eq!((s.text(Key::Plan), s.origin(Key::Plan)), (Some("first"), Origin::File(2)));
        assert_eq!(s.parsed::<u16>(Key::Port), Some(9000));
        s.environment(|name| (name == "RETROGAIT_PLAN").then(|| "knee".into())).unwrap();
        assert_eq!(s.text(Key::Plan), Some("knee"));
        s.flag(Key::Plan, Some("mine"));
        s.flag(Key::Sensor, None::<&str>);
        assert_eq!((s.text(Key::Plan), s.origin(Key::Plan)), (Some("mine"), Origin::Flag));
        assert_eq!((s.text(Key::Sensor), s.origin(Key::Sensor)), (Some("shin"), Origin::File(3)));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_the_nearest_that_would_be_right() {
        for (text, want) in [
            (
                "[live]\nplann = \"first\"\n",
                "my.toml:2:1: there is no key `plann` in [live]; the nearest is `plan`",
            ),
            (
                "[stop]\ntreadmil = true\n",
                "my.toml:2:1: there is no key `treadmil` in [stop]; the nearest is `treadmill`",
            ),
            ("[stop]\ntreadmill = \"yes\"\n", "my.toml:2:13: treadmill is true or false"),
            ("[stop]\ncommand = \"https://x\"\n", "my.toml:2:11: command: https is not spoken here"),
            ("[page]\nport = 70000\n", "my.toml:2:8: port: a port is from 0 to 65535"),
            ("[page]\nlisten = \"here\"\n", "my.toml:2:10: listen: an address is like"),
            ("[pages]\n", "my.toml:1:2: there is no section `pages`; the nearest is `page`"),
            ("live = 3\n", "my.toml:1:8: live is a section"),
        ] {
            let told = Settings::default().file(text, "my.toml").unwrap_err().to_string();
            assert!(told.contains(want), "{told}\n{want}");
        }
        let told = Settings::default().environment(|n| (n == "RETROGAIT_PORT").then(|| "x".into()));
        assert!(told.unwrap_err().to_string().contains("RETROGAIT_PORT=`x` cannot be"));
    }

    #[test]
    fn the_explained_file_is_the_defaults_with_and_without_its_marks() {
        let text = explained();
        let mut s = Settings::default();
        s.file(&text, "x").unwrap();
        assert_eq!(s, Settings::default());
        let unmarked = |l| {
            str::strip_prefix(l, "# ")
                .filter(|r| r.contains(" = ") && r.starts_with(|c: char| c.is_ascii_lowercase()))
                .unwrap_or(l)
        };
        let bare = text.lines().map(unmarked).collect::<Vec<_>>().join("\n");
        s.file(&bare, "x").unwrap_or_else(|e| panic!("{e}\n{bare}"));
        for ((text, origin), row) in s.values.iter().zip(&TABLE) {
            assert_eq!(text, row.default);
            assert!(matches!(origin, Origin::File(_)), "{}: {origin}", row.key);
        }
        assert_eq!(s.rules.changed().count(), 0);
    }
}
