//! Randomness as an argument, and the identifiers made from it.

use super::time::Time;

/// Where random bytes come from. Nothing below the roof asks the operating system itself.
pub trait Random: Send + Sync {
    /// Fills `bytes`; a source that cannot is a reason to stop the process, not an error to handle.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
#[must_use]
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// A new UUIDv7 text for this instant. The microseconds stand in the twelve bits after the
/// milliseconds, so identifiers made one after the other sort in that order.
#[must_use]
pub fn uuid_v7(at: Time, random: &dyn Random) -> String {
    let mut tail = bytes::<10>(random);
    let micros = u16::try_from(at.timestamp_subsec_micros() % 1000).unwrap_or(0) * 4;
    tail[0] = (micros >> 8).to_le_bytes()[0];
    tail[1] = micros.to_le_bytes()[0] | (tail[1] & 3);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().to_string()
}
