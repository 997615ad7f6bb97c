//! What takes protections away is in no program that anybody runs.

use super::files;

#[test]
fn no_release_can_be_told_to_fail() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&manifest).unwrap();
    let features = manifest["features"].as_table().unwrap();
    assert!(features["faults"].as_array().unwrap().is_empty());
    assert!(features.keys().all(|name| name == "faults"), "nothing turns it on: {features:?}");
    let sources = files("src", ".rs");
    let (_, room) = sources.iter().find(|(name, _)| name == "faults.rs").unwrap();
    let gate = room.split("#[cfg(all(feature = \"faults\", not(debug_assertions)))]\n").nth(1);
    assert!(gate.unwrap().starts_with("compile_error!("), "it does not build in release mode");
    for (name, text) in &sources {
        assert!(
            !text.contains("feature = \"faults\"") || name == "faults.rs",
            "src/{name} decides by itself"
        );
        let hears =
            ["REFEREE_FAULT", "REFEREE_WITHOUT", "REFEREE_PAUSE", "REFEREE_HASTE", "REFEREE_CHECKPOINT"];
        let named = hears.iter().find(|word| text.contains(*word));
        assert!(named.is_none() || name == "faults/armed.rs", "src/{name} hears of {named:?}");
    }
}

#[test]
fn the_program_as_it_is_built_without_more_words_hears_of_none_of_it() {
    if cfg!(feature = "faults") {
        return;
    }
    let program = std::fs::read(env!("CARGO_BIN_EXE_referee")).unwrap();
    let program = String::from_utf8_lossy(&program);
    for word in ["REFEREE_FAULT", "REFEREE_WITHOUT", "REFEREE_PAUSE", "REFEREE_HASTE", "REFEREE_CHECKPOINT"] {
        assert!(!program.contains(word), "{word} stands in the program");
    }
    assert!(program.contains("REFEREE_CONFIG"), "a word that has to stand there");
}
