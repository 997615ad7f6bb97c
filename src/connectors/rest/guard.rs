//! Which addresses a REST system may have: public ones, and those the settings allow.
//!
//! Judged on the addresses a name resolves to, just before one of them is connected, so that a
//! name cannot be good when asked and bad when used.

use crate::connectors::ConnectorError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use url::{Host, Url};

/// The allowed addresses that are not public.
#[derive(Clone, Debug)]
pub(super) struct Reach(Arc<[(u128, u8)]>);

/// An address nobody allowed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the address {0} is not allowed for this system")]
pub(super) struct Forbidden(String);

impl Reach {
    /// Reads addresses and networks: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
    ///
    /// # Errors
    /// `Refused`, naming the entry.
    pub fn new(entries: &[String]) -> Result<Self, ConnectorError> {
        let wrong = |entry: &String| ConnectorError::Refused(format!("allow: {entry:?} is no address"));
        let read = |entry: &String| network(entry).ok_or_else(|| wrong(entry));
        Ok(Self(entries.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// Judges an address that is written out, which no name look-up would see.
    pub fn check(&self, url: &Url) -> Result<(), Forbidden> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.allows(address) { Ok(()) } else { Err(Forbidden(address.to_string())) }
    }

    fn allows(&self, address: IpAddr) -> bool {
        let bits = bits(address);
        let within = |(network, length): &(u128, u8)| {
            let mask = u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
            network & mask == bits & mask
        };
        self.0.iter().any(within) || is_public(address)
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, name) = (self.clone(), name.as_str().to_owned());
        Box::pin(async move {
            let asked = name.clone();
            let found = tokio::task::spawn_blocking(move || (asked, 0).to_socket_addrs()).await??;
            let allowed: Vec<SocketAddr> = found.filter(|found| reach.allows(found.ip())).collect();
            if allowed.is_empty() {
                return Err(Forbidden(name).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// One space for both kinds; an IPv4 address stands where IPv6 maps it.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn network(entry: &str) -> Option<(u128, u8)> {
    let (address, length) = match entry.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (entry, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let (most, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
    let length = length.unwrap_or(most);
    (length <= most).then(|| (bits(address), before + length))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public_4(address),
            None => is_public_6(address),
        },
    }
}

/// Not of a special-purpose block (RFC 6890 and its registry).
fn is_public_4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Global unicast without the blocks that carry an IPv4 address or are not routed.
fn is_public_6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    (0x2000..0x4000).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str], url: &str) -> bool {
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        Reach::new(&entries).expect("entries").check(&Url::parse(url).expect("url")).is_ok()
    }

    #[test]
    fn nothing_near_is_reached_unasked() {
        for host in [
            "127.0.0.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "127.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[fd00::1]",
            "[fe80::1]",
            "[ff02::1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001:db8::1]",
            "[::127.0.0.1]",
        ] {
            assert!(!allowed(&[], &format!("http://{host}/")), "{host}");
        }
        for host in ["93.184.216.34", "[2606:2800:220:1::1]", "172.32.0.1"] {
            assert!(allowed(&[], &format!("http://{host}/")), "{host}");
        }
    }

    #[test]
    fn what_is_allowed_is_exactly_that() {
        assert!(allowed(&["127.0.0.1"], "http://127.0.0.1:8080/"));
        assert!(allowed(&["127.0.0.1"], "http://[::ffff:127.0.0.1]/"));
        assert!(!allowed(&["127.0.0.1"], "http://127.0.0.2/"));
        assert!(allowed(&["10.0.0.0/8", "fd00::/8"], "http://10.200.0.1/"));
        assert!(allowed(&["fd00::/8"], "http://[fd12::1]/"));
        assert!(!allowed(&["fd00::/8"], "http://[fe80::1]/"));
        for wrong in ["localhost", "10.0.0.0/33", "10.0.0/8", "", "1.2.3.4/-1"] {
            assert!(Reach::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_its_addresses() {
        let name = || "localhost".parse::<Name>().expect("name");
        let refused = Reach::new(&[]).expect("entries").resolve(name()).await.err().expect("refused");
        assert!(refused.is::<Forbidden>());
        let reach = Reach::new(&["127.0.0.0/8".to_owned()]).expect("entries");
        let found: Vec<SocketAddr> = reach.resolve(name()).await.expect("allowed").collect();
        assert!(!found.is_empty() && found.iter().all(|found| found.ip().is_loopback()));
    }
}
