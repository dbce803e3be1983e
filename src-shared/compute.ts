/** What llama.cpp computes on in this machine: its own view of the graphics devices, which the sensors' cards are matched to. */
import { z } from 'zod';

export const backendSchema = z.enum(['cpu', 'cuda', 'vulkan', 'metal']);
export type Backend = z.infer<typeof backendSchema>;

/** The most that llama.cpp uses at once. */
export const mostDevices = 16;

/** A device's PCI address ("0000:c1:00.0"), or where it has none its name in llama.cpp ("Vulkan0"). */
export const deviceIdSchema = z.string().min(1).max(100);

const computeDeviceSchema = z.object({
  id: deviceIdSchema,
  /** As the driver calls it. */
  name: z.string().max(300),
  /** A part of the processor's chip, with the computer's memory. */
  isIntegrated: z.boolean(),
  totalBytes: z.number().min(0),
  /** What the driver says is free; some drivers always say all of it. */
  freeBytes: z.number().min(0),
  /** The largest single buffer that it can have; more aborts the process. */
  largestBufferBytes: z.number().min(0),
});
export type ComputeDevice = Readonly<z.infer<typeof computeDeviceSchema>>;

export const computeSchema = z.object({
  /** `cpu` where no library finds a graphics device, or the owner wants none. */
  backend: backendSchema,
  /** The graphics devices, in llama.cpp's order; none with `cpu`. */
  devices: z.array(computeDeviceSchema).max(mostDevices).readonly(),
  /** Why looking for them failed, for the log and a report; the processor computes then. */
  fault: z.string().max(1000).optional(),
});
export type Compute = Readonly<z.infer<typeof computeSchema>>;

/** The memory of the devices that an engine computes on, at one moment. */
export const deviceMemorySchema = z
  .array(
    z.object({
      id: deviceIdSchema,
      /** As ComputeDevice. */
      totalBytes: z.number().min(0),
      freeBytes: z.number().min(0),
    }),
  )
  .max(mostDevices)
  .readonly();
export type DeviceMemory = z.infer<typeof deviceMemorySchema>;

/** A device that engines may use. */
export const usedDeviceSchema = z.object({
  id: deviceIdSchema,
  /** Whether its memory is the computer's. */
  sharesMemory: z.boolean(),
  /** Weights, caches and buffers that all engines together may put on it; null: no limit is known. */
  memoryBytes: z.int().min(0).nullable(),
  /** The largest single buffer; null: no limit is known. */
  largestBufferBytes: z.number().min(0).nullable(),
});
export type UsedDevice = Readonly<z.infer<typeof usedDeviceSchema>>;
