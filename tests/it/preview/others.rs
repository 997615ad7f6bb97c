use super::Rendered;
pub fn pages() -> Vec<Rendered> {
    Vec::new()
}
