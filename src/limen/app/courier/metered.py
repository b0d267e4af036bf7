"""How long does handing a message over take, and how often does it fail? (OBS-02)"""

from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.ports.courier import Carrier
from limen.ports.meter import Meter


class MeteredCarrier:
    """Another carrier, with a note of each try."""

    def __init__(self, carrier: Carrier, meter: Meter) -> None:
        self._carrier = carrier
        self._meter = meter

    async def deliver(self, config: Config, letter: Letter) -> None:
        """As the other one. Raises DeliveryFailed."""
        began, outcome = self._meter.seconds(), "failed"
        try:
            await self._carrier.deliver(config, letter)
            outcome = "sent"
        finally:
            self._meter.called("letter", letter.template.value, outcome, began)
