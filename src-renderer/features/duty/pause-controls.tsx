/** Pause and resume, wherever the duty is shown. */
import { pauseChoices } from '../../../src-shared/duty.ts';
import type { DutyView } from '../../../src-shared/api/duty.ts';
import { Button } from '../../components/button.tsx';
import { MenuButton } from '../../components/menu-button.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { useHostView } from '../host-client/host-context.tsx';
import { useDutyAction } from './use-duty-action.ts';

const words = text.duty;

export function PauseControls({ duty }: { duty: DutyView }) {
  const action = useDutyAction();
  const isDisabled = useHostView().connection !== 'connected' || action.isAsking;
  // Only the owner's own pause and the waiting after a fault can be ended here; a game or heat has to end by itself.
  const canResume = duty.pause !== null || duty.state === 'faulted';
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        {canResume ? (
          <Button look="main" icon="play" disabled={isDisabled} onClick={action.resume}>
            {duty.pause === null ? words.tryAgainNow : words.resume}
          </Button>
        ) : null}
        <MenuButton
          label={words.pause}
          icon="pause"
          disabled={isDisabled || duty.state === 'off'}
          choices={pauseChoices.map((value) => ({
            value,
            label: words.pauses[value],
            isCurrent: duty.pause === value,
          }))}
          onChoose={action.pause}
        />
      </div>
      {action.problem === null ? null : (
        <p role="alert" className="mt-2 text-sm text-bad">
          {words.notDone} {action.problem}
        </p>
      )}
    </>
  );
}
