/** Removes a model: a button, a question that says what is deleted and what stays, and a failure. */
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
  // A model that the app downloaded lies in the data folder, and is deleted.
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
