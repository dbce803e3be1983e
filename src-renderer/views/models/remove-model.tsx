/** The way out for a model: a button, a question that says what goes and what stays, and why it did not work. */
import { useState } from 'react';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Problem } from '../../components/problem.tsx';
import { useRemoveModel } from '../../features/models/use-remove-model.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.models;

export function RemoveModel({
  model,
  models,
  dataFolder,
}: {
  model: ModelEntry;
  models: readonly ModelEntry[];
  dataFolder: string;
}) {
  const { isAsking, problem, remove } = useRemoveModel(models);
  const [isAsked, setIsAsked] = useState(false);
  // What the app itself fetched lies in its own folder, and goes with the model.
  const sentence =
    model.path === null
      ? words.deleteLayersSentence
      : model.path.startsWith(dataFolder)
        ? words.deleteSentence(model.sizeBytes)
        : words.forgetSentence;
  return (
    <>
      <Button
        disabled={isAsking}
        aria-label={words.removeAria(model.name)}
        onClick={() => setIsAsked(true)}
      >
        {words.remove}
      </Button>
      <Problem>{problem}</Problem>
      {isAsked ? (
        <ConfirmDialog
          title={words.removeTitle(model.name)}
          confirm={words.removeConfirm}
          onConfirm={() => {
            setIsAsked(false);
            remove(model);
          }}
          onCancel={() => setIsAsked(false)}
        >
          {sentence}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
