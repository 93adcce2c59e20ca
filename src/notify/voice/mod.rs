//! Automated voice calls: what the rest of the program needs to know of any provider.

mod keypad;
pub mod twilio;
pub mod twilio_signature;
pub mod twiml;

use std::fmt;

use async_trait::async_trait;

pub use keypad::DemoKeypad;

/// An order to call somebody.
#[derive(Clone)]
pub struct PlaceCall {
    /// Our own id of the call, a UUID as text, safe in a URL path.
    pub call: String,
    /// The number to call, in E.164.
    pub to: String,
}

impl fmt::Debug for PlaceCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The number is personal data and must not reach a log by way of `{:?}`.
        f.debug_struct("PlaceCall").field("call", &self.call).finish_non_exhaustive()
    }
}

/// A call that the provider has taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The provider's own id of the call, where it gives one.
    pub provider_id: Option<String>,
}

/// Why no call was placed, told apart by whether it may be tried again.
///
/// The texts hold neither credentials nor phone numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The provider said no for good: never repeat.
    #[error("the voice provider refused the call: {0}")]
    Refused(String),
    /// It is certain that no call was made: may be repeated.
    #[error("the call was not placed: {0}")]
    NotPlaced(String),
    /// A call may be under way: do not repeat on our own.
    #[error("it is unknown whether the call was placed: {0}")]
    Unknown(String),
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallProgress {
    /// On its way to the phone or ringing there.
    Ringing,
    /// Somebody, or a voice mailbox, picked up.
    Answered,
    /// The call took place and is over.
    Completed,
    /// The line was busy or the call was turned away.
    Busy,
    /// Nobody picked up in time.
    NoAnswer,
    /// The call could not be put through, or was cancelled.
    Failed,
}

/// A provider that can call a phone.
#[async_trait]
pub trait VoiceCaller: Send + Sync {
    /// The provider's name in logs, audit entries and settings.
    fn name(&self) -> &'static str;

    /// Ask the provider to place one call; what is said on it is asked of our hooks later.
    async fn place(&self, call: &PlaceCall) -> Result<Placed, PlaceError>;

    /// The same provider as one that sends text messages, where it can.
    fn texts(&self) -> Option<&dyn TextSender> {
        None
    }
}

/// A text message to be sent.
#[derive(Clone)]
pub struct SendText {
    /// The number it goes to, in E.164.
    pub to: String,
    /// What it says.
    pub body: String,
}

impl fmt::Debug for SendText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The number is personal data, and the text holds a link that is as good as a key.
        f.debug_struct("SendText").finish_non_exhaustive()
    }
}

/// Why no text message was sent, told apart by whether it may be tried again. The texts hold no phone numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The provider said no for good: never repeat.
    #[error("the provider refused the message: {0}")]
    Refused(String),
    /// It is certain that nothing was sent: may be repeated.
    #[error("the message was not sent: {0}")]
    NotSent(String),
    /// It may be on its way: do not repeat on our own.
    #[error("it is unknown whether the message was sent: {0}")]
    Unknown(String),
}

impl From<PlaceError> for TextError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Refused(why) => Self::Refused(why),
            PlaceError::NotPlaced(why) => Self::NotSent(why),
            PlaceError::Unknown(why) => Self::Unknown(why),
        }
    }
}

/// A provider that can send text messages.
#[async_trait]
pub trait TextSender: Send + Sync {
    /// Ask the provider to send one message.
    async fn send(&self, text: &SendText) -> Result<(), TextError>;
}
