//! The demo's business configuration: `demo.toml`, which is also an example to read.

use super::DemoError;
use super::world::Facts;
use crate::domain::catalog::Catalog;

/// The configuration as a person would write it.
pub const TOML: &str = include_str!("demo.toml");

/// The configuration with the systems where they really are.
///
/// # Errors
/// `Config` where the text does not fit, or a system is missing in it.
pub fn catalog(facts: &[Facts]) -> Result<Catalog, DemoError> {
    let wrong = |text: String| DemoError::Config(text);
    let mut catalog: Catalog = toml::from_str(TOML).map_err(|error| wrong(error.to_string()))?;
    for fact in facts {
        let system = catalog.systems.iter_mut().find(|system| system.id.as_str() == fact.id);
        let system = system.ok_or_else(|| wrong(format!("there is no system {:?}", fact.id)))?;
        let place = match (&fact.path, &fact.address) {
            (Some(path), _) => ("path", path.display().to_string()),
            (None, Some(address)) => ("base_url", address.to_string()),
            (None, None) => continue,
        };
        system.connector[place.0] = place.1.into();
    }
    match catalog.problems() {
        problems if problems.is_empty() => Ok(catalog),
        problems => Err(wrong(problems.join("\n"))),
    }
}
