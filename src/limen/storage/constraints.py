"""What are the constraints called whose breaking somebody has to be told of?"""

from typing import Final

IDENTIFIER_ONCE: Final = "pk_credential_identifiers"
VERIFIABLE_ADDRESS_ONCE: Final = "pk_verifiable_addresses"
RECOVERY_ADDRESS_ONCE: Final = "pk_recovery_addresses"
ONE_EXTERNAL_ID: Final = "uq_identities_external_id"
