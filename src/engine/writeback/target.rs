//! The system as a whole: how fast it is written to, when it is left alone, and when it goes on.

use super::LEASE_SECONDS;
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::ids::SystemId;
use crate::domain::target::{Hold, Probe, Rate, Standing, Target, Verdict};
use crate::engine::{Engine, Refusal, Setup};
use crate::faults;
use crate::store::resolutions::{self, Leased};
use crate::store::{StoreError, WriteSession, alerts, targets};
use chrono::TimeDelta;

/// Writes to one system under way at once: as many as it can be slow at without holding up the rest.
const IN_FLIGHT: i64 = 16;
/// When it is looked again whether one of them has ended.
const IN_FLIGHT_WAIT: TimeDelta = TimeDelta::milliseconds(100);

/// What there is to send to a system now.
pub(super) enum Next {
    Send(Box<Leased>, Probe),
    /// Nothing before that time has passed.
    Wait(TimeDelta),
    Nothing,
}

/// Takes the next delivery to a system in hand, if the system may be written to now.
pub(super) async fn next(w: &mut WriteSession, setup: &Setup, system: &SystemId) -> Result<Next, StoreError> {
    let target = targets::lock(w, system).await?;
    let (now, lease) = (w.now(), faults::hurry(TimeDelta::seconds(LEASE_SECONDS)));
    let per_second = setup.catalog.system(system).map_or(1, |system| system.writes_per_second());
    let permit = match target.permit(now, Rate { per_second }, lease) {
        Ok(permit) => permit,
        Err(Hold::Until(time)) => return Ok(Next::Wait(time - now)),
        Err(Hold::Person) => return Ok(Next::Nothing),
    };
    if resolutions::in_flight(w, system).await? >= IN_FLIGHT {
        return Ok(Next::Wait(IN_FLIGHT_WAIT));
    }
    let Some(leased) = resolutions::lease(w, system, now + lease, permit.probe).await? else {
        return Ok(Next::Nothing);
    };
    targets::save(w, system, &permit.after).await?;
    let due = leased.before.next_at().is_none_or(|next| next <= now);
    let probe = match (permit.probe, due) {
        (false, _) => Probe::No,
        (true, true) => Probe::Due,
        (true, false) => Probe::Early,
    };
    Ok(Next::Send(Box::new(leased), probe))
}

/// Remembers what a try told of the system. The first of its failures that counts is told once.
pub(super) async fn heard(
    w: &mut WriteSession,
    setup: &Setup,
    system: &SystemId,
    (verdict, probe): (&Verdict, Probe),
    stretch: f64,
) -> Result<Vec<Event>, StoreError> {
    let known = targets::get(w, system).await?;
    // Mostly: it works as it did.
    if *verdict == Verdict::Answered && known.standing == Standing::default() {
        return Ok(Vec::new());
    }
    let (known, now) = (targets::lock(w, system).await?, w.now());
    let mut target = known.heard(now, verdict, probe, stretch);
    let moved_on = target.standing != known.standing;
    if let Standing::Paused { probe_at, .. } = &mut target.standing
        && moved_on
    {
        *probe_at = now + faults::hurry(*probe_at - now);
    }
    targets::save(w, system, &target).await?;
    moved(w, setup, system, &known, &target).await
}

/// What follows when a system begins or ends to be left alone: an alert, an entry, and that what
/// waits there is due.
async fn moved(
    w: &mut WriteSession,
    setup: &Setup,
    system: &SystemId,
    before: &Target,
    after: &Target,
) -> Result<Vec<Event>, StoreError> {
    if before.standing.name() == after.standing.name() {
        return Ok(Vec::new());
    }
    let (label, link) = (setup.catalog.label(system), format!("/systems/{system}"));
    let about = About { system: Some(system.clone()), ..About::default() };
    for cause in causes(system) {
        alerts::clear(w, &cause).await?;
    }
    // The system's own words stand on its page alone: an alert leaves by mail.
    let (cause, text) = match &after.standing {
        Standing::Open { .. } => {
            resolutions::hurry(w, system).await?;
            return Ok(vec![Event::new(Action::TargetResumed, Actor::referee(), about)]);
        }
        Standing::Paused { .. } => {
            ("target", format!("{label} does not answer: writing to it waits, and goes on by itself"))
        }
        Standing::NoSignIn { .. } => ("credentials", format!("{label} does not accept Referee's sign-in")),
    };
    alerts::raise(w, &format!("{cause}/{system}"), Some(system), &text, &link).await?;
    let event = Event::new(Action::TargetPaused, Actor::referee(), about);
    Ok(vec![event.fact("because", after.standing.name())])
}

fn causes(system: &SystemId) -> [String; 2] {
    [format!("target/{system}"), format!("credentials/{system}")]
}

/// A system refused the sign-in of a read: it is left alone as if it had refused a write's.
pub(in crate::engine) async fn refused_sign_in(
    w: &mut WriteSession,
    setup: &Setup,
    system: &SystemId,
    message: &str,
) -> Result<Vec<Event>, StoreError> {
    heard(w, setup, system, (&Verdict::NoSignIn(message.to_owned()), Probe::No), 0.0).await
}

/// A system has another secret: its sign-in counts as never tried.
pub(in crate::engine) async fn renewed(w: &mut WriteSession, system: &SystemId) -> Result<(), StoreError> {
    let known = targets::lock(w, system).await?;
    if matches!(known.standing, Standing::NoSignIn { .. }) {
        targets::save(w, system, &known.resumed(w.now())).await?;
        alerts::clear(w, &format!("credentials/{system}")).await?;
        resolutions::hurry(w, system).await?;
    }
    Ok(())
}

impl Engine {
    /// Lets writing to a system go on that waits until it answers, or accepts the sign-in: one write
    /// goes at once, and the others when it is answered.
    ///
    /// # Errors
    /// The viewer may not, there is no such system, nothing waits, or the store failed.
    pub async fn resume_target(&self, viewer: &Viewer, system: &SystemId) -> Result<(), Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        let setup = self.setup();
        setup.catalog.system(system).ok_or(Refusal::NotFound("system"))?;
        match self.resume(viewer.actor(), system).await? {
            true => Ok(()),
            false => Err(Refusal::WrongState("it is not left alone".to_owned())),
        }
    }

    /// Lets writing to a system go on, by whoever put it right; nothing if it does not wait.
    ///
    /// # Errors
    /// The store failed.
    pub async fn retry_target(&self, system: &SystemId) -> Result<(), StoreError> {
        self.resume(Actor::referee(), system).await.map(|_| ())
    }

    async fn resume(&self, actor: Actor, system: &SystemId) -> Result<bool, StoreError> {
        let system = system.clone();
        self.store
            .write(async move |w| {
                let known = targets::lock(w, &system).await?;
                if matches!(known.standing, Standing::Open { .. }) && known.quiet_until.is_none() {
                    return Ok((false, Vec::new()));
                }
                let target = known.resumed(w.now());
                targets::save(w, &system, &target).await?;
                if matches!(target.standing, Standing::Open { .. }) {
                    for cause in causes(&system) {
                        alerts::clear(w, &cause).await?;
                    }
                    resolutions::hurry(w, &system).await?;
                }
                let about = About { system: Some(system.clone()), ..About::default() };
                Ok((true, vec![Event::new(Action::TargetResumed, actor.clone(), about)]))
            })
            .await
    }
}
