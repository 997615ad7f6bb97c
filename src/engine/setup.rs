//! What is configured and in force, read from the store and kept until it changes.

use super::writeback::target;
use super::{Engine, Refusal};
use crate::connectors::{self, Connector, ConnectorError, Secret, Settings};
use crate::domain::access::{Right, Viewer};
use crate::domain::audit::{About, Action, Actor, Event};
use crate::domain::catalog::Catalog;
use crate::domain::chance;
use crate::domain::clock::Clocks;
use crate::domain::entity::{Entity, Slot};
use crate::domain::expression::Expressions;
use crate::domain::ids::{EntityId, FieldId, SystemId};
use crate::domain::opinion::Rulebook;
use crate::domain::policy::{Effective, Policies};
use crate::domain::policy_change::{applied, governed};
use crate::domain::presence::RECORD;
use crate::domain::seal::SealBroken;
use crate::domain::time::Time;
use crate::store::configuration::{self, Document, SystemState};
use crate::store::pauses::{self, Pause};
use crate::store::policy_drafts::{self, Draft};
use crate::store::{Session, StoreError, WriteSession, clocks, policy_shadows, records, words};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Configuration, policies and system states of one moment.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    pub catalog: Catalog,
    pub catalog_version: i64,
    pub policies: Policies,
    pub policy_version: i64,
    /// The policies' expressions, read.
    pub expressions: Expressions,
    pub states: HashMap<SystemId, SystemState>,
    /// What was measured of the systems' clocks.
    pub clocks: Clocks,
    /// The mappings that are paused, mostly none.
    pub pauses: Vec<Pause>,
    /// The drafts in shadow, mostly none.
    pub shadows: Vec<Shadow>,
}

impl Setup {
    /// Those of the configuration and of the policies.
    #[must_use]
    pub fn versions(&self) -> (i64, i64) {
        (self.catalog_version, self.policy_version)
    }
}

/// A draft in shadow, ready to judge by.
#[derive(Clone, Debug)]
pub struct Shadow {
    pub draft: String,
    /// All as it is in force, but for the draft's policies.
    pub setup: Arc<Setup>,
    until: Time,
    /// What it governs.
    scopes: BTreeMap<EntityId, BTreeSet<FieldId>>,
}

impl Shadow {
    /// Whether it judges differences that a policy of this id is set on, at that time.
    #[must_use]
    pub fn judges(&self, entity: &EntityId, policy: &FieldId, now: Time) -> bool {
        now < self.until && self.scopes.get(entity).is_some_and(|slots| slots.contains(policy))
    }
}

impl Setup {
    pub(super) async fn load(s: &mut Session) -> Result<Self, StoreError> {
        let configuration = configuration::current(s, Document::Configuration).await?;
        let policies = configuration::current(s, Document::Policies).await?;
        let states = configuration::system_states(s).await?;
        let (clocks, pauses) = (clocks::all(s).await?, pauses::all(s).await?);
        let mut setup = Self { clocks, pauses, ..Self::default() };
        if let Some(version) = configuration {
            (setup.catalog, setup.catalog_version) = (serde_json::from_str(&version.body)?, version.version);
        }
        if let Some(version) = policies {
            (setup.policies, setup.policy_version) = (serde_json::from_str(&version.body)?, version.version);
        }
        setup.expressions = Expressions::of(setup.policies.expressions());
        setup.states = states.into_iter().map(|state| (state.id.clone(), state)).collect();
        let mut shadows = Vec::new();
        for shadow in policy_shadows::running(s).await? {
            let draft = policy_drafts::get(s, &shadow.draft).await?;
            // A draft that was changed since is another one.
            let same = |draft: &Draft| draft.fingerprint().is_ok_and(|own| own == shadow.fingerprint);
            shadows.extend(draft.filter(same).map(|draft| setup.shadow(&draft, shadow.until)));
        }
        setup.shadows = shadows;
        Ok(setup)
    }

    fn shadow(&self, draft: &Draft, until: Time) -> Shadow {
        let policies = applied(self.policies.clone(), &draft.changes);
        let mut scopes = BTreeMap::new();
        for entity in draft.changes.iter().filter_map(|change| self.catalog.entity(&change.entity)) {
            let (mut slots, whole) = governed(entity, &self.policies, &policies);
            slots.extend(whole.then(|| FieldId::from(RECORD)));
            scopes.insert(entity.id.clone(), slots);
        }
        let expressions = Expressions::of(policies.expressions());
        let setup = Arc::new(Self { policies, expressions, shadows: Vec::new(), ..self.clone() });
        Shadow { draft: draft.id.clone(), setup, until, scopes }
    }

    /// The policy in force for a slot.
    #[must_use]
    pub fn policy(&self, entity: &Entity, slot: &Slot<'_>) -> Effective {
        self.policies.effective(entity, slot)
    }

    /// The state of a system: watch only and running, if nothing else was ever set.
    #[must_use]
    pub fn state(&self, system: &SystemId) -> SystemState {
        let fresh = || SystemState { id: system.clone(), ..SystemState::default() };
        self.states.get(system).cloned().unwrap_or_else(fresh)
    }

    /// What the judge goes by.
    #[must_use]
    pub fn rulebook(&self) -> Rulebook<'_> {
        let Self { catalog, policies, expressions, clocks, .. } = self;
        Rulebook { catalog, policies, expressions, clocks }
    }

    /// An entity, or the refusal that it is unknown.
    ///
    /// # Errors
    /// No such entity is configured.
    pub fn entity(&self, id: &EntityId) -> Result<&Entity, Refusal> {
        self.catalog.entity(id).ok_or(Refusal::NotFound("entity"))
    }
}

/// What is wrong with a configuration, the settings of its connectors included.
#[must_use]
pub fn problems(catalog: &Catalog) -> Vec<String> {
    let mut problems = catalog.problems();
    problems.extend(catalog.policy_problems());
    for system in &catalog.systems {
        let settings: Result<Settings, _> = serde_json::from_value(system.connector.clone());
        let wrong = settings.err().map(|error| format!("system {}: its connector: {error}", system.id));
        problems.extend(wrong);
    }
    problems
}

impl Engine {
    /// Works by a configuration that is not stored, until the next reload: for a dry run before
    /// there is one.
    ///
    /// # Errors
    /// The configuration has problems.
    pub fn consider(&self, catalog: Catalog) -> Result<(), Refusal> {
        let problems = problems(&catalog);
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems.join("\n")));
        }
        let policies = catalog.policies.clone();
        let expressions = Expressions::of(policies.expressions());
        let considered = Arc::new(Setup { catalog, policies, expressions, ..Setup::default() });
        *self.setup.write().unwrap_or_else(std::sync::PoisonError::into_inner) = considered;
        Ok(())
    }

    /// What is in force now.
    #[must_use]
    pub fn setup(&self) -> Arc<Setup> {
        let setup = self.setup.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        setup.clone()
    }

    /// Reads configuration, policies and system states again: after a change here, and before
    /// each run, since another process on the same database may have changed them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn reload(&self) -> Result<Arc<Setup>, StoreError> {
        let _alone = self.reloading.lock().await;
        let fresh = Arc::new(Setup::load(&mut self.store.session().await?).await?);
        let mut setup = self.setup.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if setup.catalog != fresh.catalog || setup.states != fresh.states {
            let mut connectors = self.connectors.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            connectors.clear();
        }
        *setup = fresh.clone();
        Ok(fresh)
    }

    /// The connector of a system, opened once and kept.
    ///
    /// # Errors
    /// The system is not configured, its settings cannot be used, or its secret does not open.
    pub fn connector(&self, id: &SystemId) -> Result<Arc<dyn Connector>, ConnectorError> {
        let mut connectors = self.connectors.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(connector) = connectors.get(id) {
            return Ok(connector.clone());
        }
        let setup = self.setup();
        let refused = |text: String| ConnectorError::Refused(text);
        let system = setup.catalog.system(id).ok_or_else(|| refused(format!("there is no system “{id}”")))?;
        let settings: Settings = serde_json::from_value(system.connector.clone())
            .map_err(|e| refused(format!("the settings of “{id}” cannot be used: {e}")))?;
        let secret = self.secret(&setup.state(id)).map_err(|e| refused(e.to_string()))?;
        let connector = connectors::open(&settings, secret.as_ref())?;
        connectors.insert(id.clone(), connector.clone());
        Ok(connector)
    }

    /// Speaks to a system through this connector, until its settings or its secret change.
    pub fn connect_through(&self, id: &SystemId, connector: Arc<dyn Connector>) {
        let mut connectors = self.connectors.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        connectors.insert(id.clone(), connector);
    }

    fn secret(&self, state: &SystemState) -> Result<Option<Secret>, SealBroken> {
        let Some(sealed) = &state.secret else { return Ok(None) };
        let plain = self.store.key().open(&secret_place(&state.id), sealed)?;
        let text = String::from_utf8(plain).map_err(|_| SealBroken)?;
        Ok(Some(Secret::new(text)))
    }

    /// Seals and stores the secret of a system.
    ///
    /// # Errors
    /// The store failed.
    pub async fn save_secret(&self, id: &SystemId, secret: &str, actor: Actor) -> Result<(), Refusal> {
        let nonce = chance::bytes(&**self.store.random());
        let sealed =
            self.store.key().seal(nonce, &secret_place(id), secret.as_bytes()).map_err(StoreError::from)?;
        let id = id.clone();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let mut state = configuration::system_state(w, &id).await?;
                state.secret = Some(sealed.clone());
                configuration::save_system_state(w, &state).await?;
                target::renewed(w, &id).await?;
                let about = About { system: Some(id.clone()), ..About::default() };
                let event = Event::new(Action::ConfigurationChanged, actor.clone(), about);
                Ok(((), vec![event.fact("paused", state.paused_reason.is_some())]))
            })
            .await?;
        self.reload().await?;
        Ok(())
    }

    /// Lets Referee write to a system, or stops it: a separate, audited step.
    ///
    /// # Errors
    /// The viewer may not, there is no such system, or the store failed.
    pub async fn enable_writes(&self, viewer: &Viewer, id: &SystemId, enabled: bool) -> Result<(), Refusal> {
        self.switch_writes(viewer, id, enabled, "").await
    }

    /// As [`Engine::enable_writes`], with why.
    ///
    /// # Errors
    /// As [`Engine::enable_writes`].
    pub async fn switch_writes(
        &self,
        viewer: &Viewer,
        id: &SystemId,
        enabled: bool,
        because: &str,
    ) -> Result<(), Refusal> {
        self.may_switch(viewer, id)?;
        let action = if enabled { Action::WritesEnabled } else { Action::WritesDisabled };
        self.change_state(id.clone(), viewer.actor(), (action, because), move |state| {
            state.writes_enabled = enabled;
        })
        .await
    }

    /// Stops the scheduled reading of a system for a reason, or lets it go on.
    ///
    /// # Errors
    /// As [`Engine::enable_writes`].
    pub async fn pause(
        &self,
        viewer: &Viewer,
        id: &SystemId,
        paused: bool,
        because: &str,
    ) -> Result<(), Refusal> {
        self.may_switch(viewer, id)?;
        let (action, reason) = (Action::ConfigurationChanged, because.to_owned());
        self.change_state(id.clone(), viewer.actor(), (action, because), move |state| {
            state.paused_reason = paused.then(|| reason.clone());
        })
        .await
    }

    fn may_switch(&self, viewer: &Viewer, id: &SystemId) -> Result<(), Refusal> {
        if !viewer.may(Right::Configure) {
            return Err(Refusal::Forbidden);
        }
        self.setup().catalog.system(id).ok_or(Refusal::NotFound("system")).map(|_| ())
    }

    async fn change_state(
        &self,
        id: SystemId,
        actor: Actor,
        (action, because): (Action, &str),
        change: impl Fn(&mut SystemState) + Send + 'static,
    ) -> Result<(), Refusal> {
        let because = because.to_owned();
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let mut state = configuration::system_state(w, &id).await?;
                change(&mut state);
                configuration::save_system_state(w, &state).await?;
                let about = About { system: Some(id.clone()), ..About::default() };
                let mut event = Event::new(action, actor.clone(), about);
                if action == Action::ConfigurationChanged {
                    event = event.fact("paused", state.paused_reason.is_some());
                }
                Ok(((), vec![if because.is_empty() { event } else { event.fact("reason", &because) }]))
            })
            .await?;
        self.reload().await?;
        Ok(())
    }

    /// Seeds an empty store with a configuration and its policies as version 1 each. A store
    /// that has a configuration is left as it is: the answer is then false.
    ///
    /// # Errors
    /// The configuration has problems, or the store failed.
    pub async fn seed(&self, catalog: Catalog) -> Result<bool, Refusal> {
        let problems = problems(&catalog);
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems.join("\n")));
        }
        if self.reload().await?.catalog_version > 0 {
            return Ok(false);
        }
        let policies = serde_json::to_string(&catalog.policies).map_err(StoreError::from)?;
        let body = serde_json::to_string(&Catalog { policies: Policies::default(), ..catalog })
            .map_err(StoreError::from)?;
        self.store
            .write::<_, StoreError, _>(async move |w| {
                let (author, reason) = ("Referee", "taken from the configuration file into an empty store");
                configuration::insert(w, Document::Configuration, 1, author, reason, body.clone()).await?;
                configuration::insert(w, Document::Policies, 1, author, reason, policies.clone()).await?;
                let event =
                    |action| Event::new(action, Actor::referee(), About::default()).fact("version", 1);
                Ok(((), vec![event(Action::ConfigurationChanged), event(Action::PolicyChanged).policy(1)]))
            })
            .await?;
        self.reload().await?;
        Ok(true)
    }
}

/// Nobody finds a record by what was limited, and by the rest as soon as it is judged.
async fn forget_words(w: &mut WriteSession, limited: &[EntityId]) -> Result<(), StoreError> {
    for entity in limited {
        words::forget_all(w, entity).await?;
        records::mark_all_unjudged(w, entity, "configuration").await?;
    }
    Ok(())
}

impl Engine {
    /// Puts another configuration in force as the next version. Policies are not part of it.
    /// Answers false when it is the one in force.
    ///
    /// # Errors
    /// The configuration has problems, somebody else changed it meanwhile, or the store failed.
    pub async fn configure(&self, actor: Actor, catalog: Catalog, reason: &str) -> Result<bool, Refusal> {
        let problems = catalog.problems();
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems.join("\n")));
        }
        let now = self.reload().await?;
        let catalog = Catalog { policies: Policies::default(), ..catalog };
        if catalog == now.catalog {
            return Ok(false);
        }
        let body = serde_json::to_string(&catalog).map_err(StoreError::from)?;
        let (version, reason) = (now.catalog_version + 1, reason.to_owned());
        let limited = newly_limited(&now.catalog, &catalog);
        let again = limited.clone();
        self.store
            .write::<_, Refusal, _>(async move |w| {
                let saved = configuration::insert(
                    w,
                    Document::Configuration,
                    version,
                    &actor.name,
                    &reason,
                    body.clone(),
                );
                saved.await.map_err(|error| match error {
                    StoreError::Duplicate(_) => Refusal::Stale,
                    other => other.into(),
                })?;
                forget_words(w, &limited).await?;
                let event = Event::new(Action::ConfigurationChanged, actor.clone(), About::default());
                Ok(((), vec![event.fact("version", version).fact("reason", &reason)]))
            })
            .await?;
        self.reload().await?;
        // What was judged meanwhile was judged, and indexed, by the configuration of before.
        let forget = async move |w: &mut WriteSession| Ok((forget_words(w, &again).await?, Vec::new()));
        self.store.write::<_, StoreError, _>(forget).await?;
        Ok(true)
    }
}

/// The entities of which more is limited to some roles than before, or less.
fn newly_limited(was: &Catalog, now: &Catalog) -> Vec<EntityId> {
    let (before, after) = (was.outside(), now.outside());
    let rows = |entity: &Entity| entity.children.iter().map(|rows| rows.id.clone()).collect::<Vec<_>>();
    let slots =
        |entity: &Entity| entity.fields.iter().map(|field| field.id.clone()).chain(rows(entity)).collect();
    let changed = |entity: &&Entity| {
        let slots: Vec<FieldId> = slots(entity);
        slots.iter().any(|slot| before.hides(&entity.id, slot) != after.hides(&entity.id, slot))
    };
    now.entities.iter().filter(changed).map(|entity| entity.id.clone()).collect()
}

fn secret_place(id: &SystemId) -> String {
    format!("systems/{id}/secret")
}
