//! That a system is left alone for a while, and how it goes on.

use crate::domain::ids::SystemId;
use crate::domain::target::{Standing, Target};
use crate::web::messages::{Msg, msg};
use crate::web::page::Tone;
use crate::web::pages::parts::Notice;
use crate::web::when::Clockface;

/// A system to which nothing is sent now.
#[derive(Clone, Debug)]
pub struct LeftAlone {
    pub notice: Notice,
    /// Where "Try it now" posts to, for those who may.
    pub resume: Option<String>,
}

/// Why nothing is sent to a system now, if nothing is.
#[must_use]
pub fn left_alone(
    id: &SystemId,
    label: &str,
    target: &Target,
    face: &Clockface,
    admin: bool,
) -> Option<LeftAlone> {
    let about = |key: &'static str| msg(key).with("system", label);
    let said =
        |since, message: &String| msg("target-said").with("when", face.day(since).text).with("said", message);
    let quiet = target.quiet_until.filter(|until| *until > face.now);
    let asked = quiet.map(|until| about("target-quiet").with("time", face.seconds(until)));
    let (title, lines) = match &target.standing {
        Standing::Paused { since, probe_at, message, .. } => {
            let next = msg("target-paused-next").with("time", face.seconds((*probe_at).max(face.now)));
            (about("target-paused"), [Some(said(*since, message)), asked, Some(next)])
        }
        Standing::NoSignIn { since, message } => (
            about("target-no-sign-in"),
            [Some(said(*since, message)), Some(msg("target-no-sign-in-next")), None],
        ),
        Standing::Open { .. } => (asked?, [Some(msg("target-quiet-next")), None, None]),
    };
    let tone = if matches!(target.standing, Standing::Open { .. }) { Tone::Warning } else { Tone::Danger };
    let notice = Notice { tone, title, lines: lines.into_iter().flatten().collect(), links: Vec::new() };
    Some(LeftAlone { notice, resume: admin.then(|| format!("/systems/{id}/resumption")) })
}

/// The same in a few words, beside a write that waits for it.
#[must_use]
pub fn in_short(label: &str, target: &Target, face: &Clockface) -> Option<Msg> {
    let about = |key: &'static str| msg(key).with("system", label);
    match &target.standing {
        Standing::Paused { .. } => Some(about("writes-target-paused")),
        Standing::NoSignIn { .. } => Some(about("writes-target-no-sign-in")),
        Standing::Open { .. } => {
            let until = target.quiet_until.filter(|until| *until > face.now)?;
            Some(about("writes-target-quiet").with("time", face.seconds(until)))
        }
    }
}
