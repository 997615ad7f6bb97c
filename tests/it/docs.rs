//! What the documents show works as it stands there.

use referee::domain::catalog::Catalog;

/// The blocks of TOML of a document.
fn blocks(document: &str) -> Vec<String> {
    let path = format!("{}/docs/{document}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split("```toml\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_whole_example_of_a_business_configuration_is_one() {
    let blocks = blocks("admins/business.md");
    let whole = blocks.iter().find(|block| block.contains("[[entity]]")).unwrap();
    let catalog: Catalog = toml::from_str(whole).unwrap();
    assert_eq!(catalog.problems(), [""; 0]);
    assert_eq!((catalog.systems.len(), catalog.mappings.len()), (2, 2));
    let rest = blocks.iter().find(|block| block.contains("\"rest\"")).unwrap();
    for block in [whole, rest] {
        let value: toml::Table = toml::from_str(block).unwrap();
        let systems = value.get("system").and_then(toml::Value::as_array).cloned();
        let connectors = systems.unwrap_or_else(|| vec![toml::Value::Table(value.clone())]);
        for system in connectors {
            let connector = system.get("connector").cloned().unwrap();
            let settings: Result<referee::connectors::Settings, _> = connector.try_into();
            assert!(settings.is_ok(), "{settings:?}");
        }
    }
}

#[test]
fn the_example_of_the_server_settings_is_one() {
    let block = blocks("admins/configuration.md").remove(0);
    let settings: Result<referee::config::Config, _> = toml::from_str(&block);
    assert!(settings.is_ok(), "{settings:?}");
}
