/** Sensors whose readings the test sets: an idle machine at first, and games that start and end. */
import type { Facts } from '../../../src-shared/duty.ts';
import type { FactSources } from '../../../src-main/sensors/fact-sources.ts';
import { idleFacts, known } from '../host/duty-inputs.ts';

export class PlayedMachine {
  facts: Facts;
  readonly sources: FactSources;
  /** How often its sensors were told to look at their intervals. */
  retimes = 0;
  #onChange: (() => void) | undefined;

  constructor(facts: Facts = idleFacts) {
    this.facts = facts;
    this.sources = {
      running: [
        {
          start: (onChange) => {
            this.#onChange = onChange;
            onChange();
          },
          stop: () => {
            this.#onChange = undefined;
            return Promise.resolve();
          },
          refresh: () => {},
          retime: () => {
            this.retimes += 1;
          },
        },
      ],
      facts: () => ({ ...this.facts }),
    };
  }

  /** Whether the sensors are being watched. */
  get isWatched(): boolean {
    return this.#onChange !== undefined;
  }

  tell(different: Partial<Facts>): void {
    this.facts = { ...this.facts, ...different };
    this.#onChange?.();
  }

  play(name: string): void {
    this.tell({ games: known([{ name, foundBy: 'launcher folder' }]) });
  }

  endGames(): void {
    this.tell({ games: known([]) });
  }
}
