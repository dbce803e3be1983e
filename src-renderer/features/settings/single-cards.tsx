/** Settings of single graphics cards: whether one is used at all, and a ceiling of its own. */
import { useId } from 'react';
import type { Facts } from '../../../src-shared/duty.ts';
import { settingsSchema, type Settings } from '../../../src-shared/settings/settings.ts';
import { Switch } from '../../components/switch.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { boundsOf } from '../../../src-shared/settings/kinds.ts';
import { NumberInput } from './number-input.tsx';
import { OutcomeLine, SavedMark } from './setting-row.tsx';
import { useSettingsForm } from './settings-context.tsx';
import { type SettingField, useSetting } from './use-setting.ts';

const words = text.settings.cards;
const title = text.settings.fields.cards.label;
const unit = text.settings.units.celsius;

type Cards = Settings['cards'];

/** The defaults of a card. */
const untouched = settingsSchema.shape.cards.valueType.parse({});

function SingleCard({
  card,
  ceilingOfAll,
  field,
}: {
  card: { readonly id: string; readonly name: string };
  ceilingOfAll: number;
  field: SettingField<Cards>;
}) {
  const id = useId();
  const { value: cards, set, refuse, outcome } = field;
  const rules = cards[card.id] ?? untouched;
  const ceiling = rules.temperatureCeilingCelsius;
  const change = (different: Partial<Cards[string]>): void =>
    set({ ...cards, [card.id]: { ...rules, ...different } });
  return (
    <li className="space-y-1.5">
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={`${id}-use`} className="min-w-0 wrap-anywhere">
          {words.use(card.name)}
        </label>
        <Switch
          id={`${id}-use`}
          checked={rules.isUsed}
          onChange={({ target }) => change({ isUsed: target.checked })}
        />
      </div>
      {rules.isUsed ? (
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm text-muted">
          <label htmlFor={`${id}-own`} className="min-w-0 wrap-anywhere">
            {words.ceiling(card.name)}
            <span id={`${id}-ceiling-help`} className="block">
              {words.ceilingHelp}
            </span>
          </label>
          <span className="ml-auto flex items-center gap-3">
            {ceiling === null ? null : (
              <NumberInput
                id={`${id}-ceiling`}
                label={text.settings.amountOf(words.ceiling(card.name))}
                unit={unit}
                value={ceiling}
                bounds={boundsOf('temperatureCeilingCelsius')}
                isInvalid={outcome !== null && outcome !== 'saved'}
                onCommit={(celsius) => change({ temperatureCeilingCelsius: celsius })}
                onRefuse={refuse}
              />
            )}
            <Switch
              id={`${id}-own`}
              checked={ceiling !== null}
              aria-describedby={`${id}-ceiling-help`}
              onChange={({ target }) =>
                change({ temperatureCeilingCelsius: target.checked ? ceilingOfAll : null })
              }
            />
          </span>
        </div>
      ) : null}
    </li>
  );
}

/** Empty where no card is known. */
export function SingleCards({ gpus }: { gpus: Facts['gpus'] | undefined }) {
  const { temperatureCeilingCelsius } = useSettingsForm().settings;
  const id = useId();
  const field = useSetting('cards');
  if (gpus?.isKnown !== true || gpus.value.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby={id} className="space-y-3 py-3.5 last:pb-0">
      <div className="flex justify-between gap-3">
        <h3 id={id} className="font-medium">
          {title}
        </h3>
        <SavedMark outcome={field.outcome} />
      </div>
      <ul className="space-y-3">
        {gpus.value.map(({ id, name }) => (
          <SingleCard
            key={id}
            card={{ id, name: name === '' ? text.machine.cardFallbackName : name }}
            ceilingOfAll={temperatureCeilingCelsius}
            field={field}
          />
        ))}
      </ul>
      <OutcomeLine id={`${id}-outcome`} outcome={field.outcome} />
    </section>
  );
}
