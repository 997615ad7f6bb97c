//! The demo's own dice: the same seed throws the same numbers on every machine.

use std::collections::BTreeSet;

/// SplitMix64: small, fast, and good enough for inventing people. Never for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice for one purpose: a change in how one thing is invented leaves the others alone.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(purpose.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, fnv))
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = u128::from(self.roll()) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = usize::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// One of these; the list must not be empty.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &'a [&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// True this many times in a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// The list in another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// `count` numbers of the range in ascending order, `wanted` among them.
    pub fn sample(&mut self, range: std::ops::Range<u32>, count: usize, wanted: &BTreeSet<u32>) -> Vec<u32> {
        let mut chosen: BTreeSet<u32> = wanted.clone();
        while chosen.len() < count.min(range.len()) {
            let step = u32::try_from(self.below(range.len())).unwrap_or(0);
            chosen.insert(range.start + step);
        }
        chosen.into_iter().collect()
    }

    /// A text of this pattern: `#` is any digit, `%` a digit but 0, `@` a capital letter.
    pub fn fill(&mut self, pattern: &str) -> String {
        pattern
            .chars()
            .map(|c| match c {
                '#' => self.digit(0),
                '%' => self.digit(1),
                '@' => self.letter(),
                other => other,
            })
            .collect()
    }

    fn digit(&mut self, least: i64) -> char {
        u32::try_from(self.between(least, 9)).ok().and_then(|n| char::from_digit(n, 10)).unwrap_or('0')
    }

    fn letter(&mut self) -> char {
        u8::try_from(self.below(26)).map_or('A', |n| char::from(b'A' + n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_are_those_of_the_published_algorithm() {
        let mut dice = Dice(1_234_567);
        assert_eq!(dice.roll(), 6_457_827_717_110_365_317);
        assert_eq!(dice.roll(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn every_number_of_a_range_comes_up_and_no_other() {
        let mut dice = Dice::new(7, "range");
        let seen: BTreeSet<i64> = (0..1000).map(|_| dice.between(-2, 2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        let sample = dice.sample(10..20, 5, &[13].into());
        assert!(sample.len() == 5 && sample.contains(&13) && sample.iter().all(|n| (10..20).contains(n)));
    }

    #[test]
    fn patterns_keep_what_they_do_not_fill() {
        let filled = Dice::new(7, "pattern").fill("10## @@");
        assert!(filled.starts_with("10") && filled.chars().nth(4) == Some(' ') && filled.len() == 7);
    }
}
