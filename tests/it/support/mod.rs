//! What several tests share: real servers, started by the tests and ended with them.

pub mod app;
pub mod mailbox;
pub mod mariadb;
pub mod postgres;
pub mod program;
pub mod rest_target;
pub mod small;
pub mod world;

/// Every byte of the files in a folder, those of `but` left out. The last connection of a store
/// takes its write-ahead log away a moment after it was told to close, having moved what stood
/// there into the database: a listing that loses a file on the way is read anew from its start.
pub fn bytes_of(folder: &std::path::Path, but: &[&str]) -> Vec<u8> {
    for _ in 0..100 {
        match read_all(folder, but) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            all => return all.expect("the files of the folder can be read"),
        }
    }
    panic!("the files of {} never stood still", folder.display());
}

fn read_all(folder: &std::path::Path, but: &[&str]) -> std::io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match () {
            () if but.iter().any(|name| path.ends_with(name)) => {}
            () if path.is_dir() => all.extend(read_all(&path, but)?),
            () => all.extend(std::fs::read(path)?),
        }
    }
    Ok(all)
}
