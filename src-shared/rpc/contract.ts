/**
 * What one process may ask of another, written once: the ends of a link derive their types from a contract, and check
 * by it what they send and take. The messages below are all that crosses a link; what carries them does not matter.
 */
import { z } from 'zod';
import { errorReportSchema } from '../error-report.ts';
import type { ErrorCode } from '../errors.ts';

export type Method = {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Makes the method a stream: any number of events before the one answer. */
  readonly event?: z.ZodType;
  /** Longest wait of the asker, in milliseconds; null where the work itself has no limit. */
  readonly deadlineMs: number | null;
  /** The code of the error for parameters that the schema refuses; absent: `request-invalid`. */
  readonly invalidCode?: ErrorCode;
  /** The host answers it by asking its node the same. */
  readonly passedOn?: true;
};

export type Contract = {
  readonly methods: Readonly<Record<string, Method>>;
  /** What the answering end tells of its own accord. */
  readonly notices: Readonly<Record<string, z.ZodType>>;
};

export type MethodName<C extends Contract> = keyof C['methods'] & string;
export type StreamName<C extends Contract> = {
  [N in MethodName<C>]: C['methods'][N] extends { readonly event: z.ZodType } ? N : never;
}[MethodName<C>];
export type NoticeName<C extends Contract> = keyof C['notices'] & string;

/** As it is asked: what has a default may be absent. */
export type Params<C extends Contract, N extends MethodName<C>> = z.input<
  C['methods'][N]['params']
>;
/** As a handler gets it: with all defaults. */
export type ParsedParams<C extends Contract, N extends MethodName<C>> = z.output<
  C['methods'][N]['params']
>;
export type Result<C extends Contract, N extends MethodName<C>> = z.output<
  C['methods'][N]['result']
>;
export type StreamEvent<C extends Contract, N extends MethodName<C>> = C['methods'][N] extends {
  readonly event: infer E extends z.ZodType;
}
  ? z.output<E>
  : never;
export type Notice<C extends Contract, N extends NoticeName<C>> = z.output<C['notices'][N]>;

/** Methods of a contract that the host passes on to its node. */
export type PassedOn<M extends Contract['methods']> = {
  readonly [N in keyof M as M[N] extends { readonly passedOn: true } ? N : never]: M[N];
};

/** The caller has no time-out for these: the server has one, for what it asks of another in its turn. */
export function passedOnMethods<const M extends Contract['methods']>(methods: M): PassedOn<M> {
  const passedOn = Object.entries(methods).flatMap(([name, method]) =>
    method.passedOn === true ? [[name, { ...method, deadlineMs: null }]] : [],
  );
  return Object.fromEntries(passedOn) as PassedOn<M>;
}

const idSchema = z.int().min(1);

/** What the asking end sends: a question, or that it needs no answer to one any more. */
export const askerMessageSchema = z.union([
  z.object({ id: idSchema, method: z.string(), params: z.unknown() }),
  z.object({ cancel: idSchema }),
]);
export type AskerMessage = z.infer<typeof askerMessageSchema>;

/** What the answering end sends: one result or error to each question, events of streams before it, and notices. */
export const answererMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: idSchema, result: z.unknown() }),
  z.object({ type: z.literal('error'), id: idSchema, error: errorReportSchema }),
  z.object({ type: z.literal('event'), id: idSchema, event: z.unknown() }),
  z.object({ type: z.literal('notice'), name: z.string(), value: z.unknown() }),
]);
export type AnswererMessage = z.infer<typeof answererMessageSchema>;
