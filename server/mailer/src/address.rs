//! Our addresses as lettre's: its encoders and commands take no others.

use domain::{mail::EmailAddress, mailer::SendError};
use lettre::Address;

/// `Never` for an address that no SMTP command can carry.
pub fn envelope_address(address: &EmailAddress) -> Result<Address, SendError> {
    Address::new(address.local(), address.domain())
        .map_err(|error| SendError::Never(format!("{address} can't be written into a mail: {error}")))
}
