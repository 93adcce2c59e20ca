//! Randomness is passed in: the operating system's in production, a seeded generator in tests.

use std::sync::Mutex;

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};

use crate::domain::reference::CaseRef;
use crate::domain::token::Token;

/// A source of bytes that nobody can foretell.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no token is safe; stopping is the only right answer.
        SysRng.try_fill_bytes(bytes).unwrap_or_else(|error| panic!("the system has no randomness: {error}"));
    }
}

/// A generator that says the same after the same seed. For tests.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<StdRng>);

impl SeededEntropy {
    /// A generator started with `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fill_bytes(bytes);
    }
}

impl dyn Entropy {
    /// An array of random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A fresh 256-bit token.
    pub fn token(&self) -> Token {
        Token::from_bytes(self.bytes())
    }

    /// A fresh case reference.
    pub fn reference(&self) -> CaseRef {
        loop {
            if let Some(reference) = CaseRef::from_random(u64::from_be_bytes(self.bytes())) {
                return reference;
            }
        }
    }
}
