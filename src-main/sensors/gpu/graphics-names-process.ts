/**
 * Prints the names of the cards, as systeminformation finds them. It runs as a process of its own, since
 * systeminformation calls nvidia-smi synchronously, which would block the host meanwhile.
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
