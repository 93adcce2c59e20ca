use async_trait::async_trait;

use super::{PlaceCall, PlaceError, Placed, SendText, TextError, TextSender, VoiceCaller};

/// The demo's telephone: calls ring and messages arrive on the page `/demo/phone`, which reads it from the database.
#[derive(Debug, Clone, Copy, Default)]
pub struct DemoKeypad;

#[async_trait]
impl VoiceCaller for DemoKeypad {
    fn name(&self) -> &'static str {
        "demo keypad"
    }

    async fn place(&self, _call: &PlaceCall) -> Result<Placed, PlaceError> {
        Ok(Placed { provider_id: None })
    }

    fn texts(&self) -> Option<&dyn TextSender> {
        Some(self)
    }
}

#[async_trait]
impl TextSender for DemoKeypad {
    async fn send(&self, _text: &SendText) -> Result<(), TextError> {
        Ok(())
    }
}
