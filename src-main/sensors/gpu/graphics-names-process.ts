/**
 * Prints the cards' names as systeminformation finds them. A process of its own, since systeminformation runs
 * nvidia-smi synchronously, which would stop the host for as long as that takes.
 */
import { graphics } from 'systeminformation';

const { controllers } = await graphics();
console.log(
  JSON.stringify(
    controllers.map(({ busAddress, model, vendor }) => ({
      busAddress: busAddress ?? '',
      model,
      vendor,
    })),
  ),
);
